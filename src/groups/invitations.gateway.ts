import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type { ChatView, GroupAddsView, InvitationEndedView, InvitationView } from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { GroupAddsService } from './group-adds.service.js';
import { InvitationsService } from './invitations.service.js';

@WebSocketGateway()
export class InvitationsGateway {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly groupAdds: GroupAddsService,
  ) {}

  @Command('getInvitations')
  getInvitations({ actor }: CommandRequest<'getInvitations'>): Promise<InvitationView[]> {
    return this.invitations.list(actor);
  }

  @Command('acceptInvitation')
  acceptInvitation({ actor, input }: CommandRequest<'acceptInvitation'>): Promise<ChatView> {
    return this.invitations.accept(actor, input);
  }

  @Command('declineInvitation')
  declineInvitation({ actor, input }: CommandRequest<'declineInvitation'>): Promise<InvitationEndedView> {
    return this.invitations.decline(actor, input);
  }

  @Command('setGroupAdds')
  setGroupAdds({ actor, input }: CommandRequest<'setGroupAdds'>): Promise<GroupAddsView> {
    return this.groupAdds.set(actor, input);
  }

  @Command('getGroupAdds')
  getGroupAdds({ actor }: CommandRequest<'getGroupAdds'>): Promise<GroupAddsView> {
    return this.groupAdds.get(actor);
  }
}
