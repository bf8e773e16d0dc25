import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type {
  ChatView,
  CreatedInviteView,
  InvitedGroupView,
  InviteRevokedView,
  InviteView,
  PublicChatsPage,
} from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { EntranceService } from './entrance.service.js';
import { InvitesService } from './invites.service.js';

@WebSocketGateway()
export class JoiningGateway {
  constructor(
    private readonly entrance: EntranceService,
    private readonly invites: InvitesService,
  ) {}

  @Command('getPublicChats')
  getPublicChats({ actor, input }: CommandRequest<'getPublicChats'>): Promise<PublicChatsPage> {
    return this.entrance.list(actor, input);
  }

  @Command('joinChat')
  joinChat({ actor, input }: CommandRequest<'joinChat'>): Promise<ChatView> {
    return this.entrance.join(actor, input);
  }

  @Command('createInvite')
  createInvite({ actor, input }: CommandRequest<'createInvite'>): Promise<CreatedInviteView> {
    return this.invites.create(actor, input);
  }

  @Command('getInvites')
  getInvites({ actor, input }: CommandRequest<'getInvites'>): Promise<InviteView[]> {
    return this.invites.list(actor, input);
  }

  @Command('revokeInvite')
  revokeInvite({ actor, input }: CommandRequest<'revokeInvite'>): Promise<InviteRevokedView> {
    return this.invites.revoke(actor, input);
  }

  @Command('getInvite')
  getInvite({ actor, input }: CommandRequest<'getInvite'>): Promise<InvitedGroupView> {
    return this.invites.look(actor, input);
  }

  @Command('joinByInvite')
  joinByInvite({ actor, input }: CommandRequest<'joinByInvite'>): Promise<ChatView> {
    return this.entrance.joinBy(actor, input);
  }
}
