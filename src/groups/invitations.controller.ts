import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type { ChatView, GroupAddsView, InvitationEndedView, InvitationView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { GroupAddsService } from './group-adds.service.js';
import { InvitationsService } from './invitations.service.js';

@Controller()
export class InvitationsController {
  constructor(
    private readonly invitations: InvitationsService,
    private readonly groupAdds: GroupAddsService,
  ) {}

  @Route('getInvitations')
  getInvitations(@CommandParam() { actor }: CommandRequest<'getInvitations'>): Promise<InvitationView[]> {
    return this.invitations.list(actor);
  }

  @Route('acceptInvitation')
  acceptInvitation(@CommandParam() { actor, input }: CommandRequest<'acceptInvitation'>): Promise<ChatView> {
    return this.invitations.accept(actor, input);
  }

  @Route('declineInvitation')
  declineInvitation(
    @CommandParam() { actor, input }: CommandRequest<'declineInvitation'>,
  ): Promise<InvitationEndedView> {
    return this.invitations.decline(actor, input);
  }

  @Route('setGroupAdds')
  setGroupAdds(@CommandParam() { actor, input }: CommandRequest<'setGroupAdds'>): Promise<GroupAddsView> {
    return this.groupAdds.set(actor, input);
  }

  @Route('getGroupAdds')
  getGroupAdds(@CommandParam() { actor }: CommandRequest<'getGroupAdds'>): Promise<GroupAddsView> {
    return this.groupAdds.get(actor);
  }
}
