import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type {
  ChatView,
  CreatedInviteView,
  InvitedGroupView,
  InviteRevokedView,
  InviteView,
  PublicChatsPage,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { EntranceService } from './entrance.service.js';
import { InvitesService } from './invites.service.js';

@Controller()
export class JoiningController {
  constructor(
    private readonly entrance: EntranceService,
    private readonly invites: InvitesService,
  ) {}

  @Route('getPublicChats')
  getPublicChats(
    @CommandParam() { actor, input }: CommandRequest<'getPublicChats'>,
  ): Promise<PublicChatsPage> {
    return this.entrance.list(actor, input);
  }

  @Route('joinChat')
  joinChat(@CommandParam() { actor, input }: CommandRequest<'joinChat'>): Promise<ChatView> {
    return this.entrance.join(actor, input);
  }

  @Route('createInvite')
  createInvite(@CommandParam() { actor, input }: CommandRequest<'createInvite'>): Promise<CreatedInviteView> {
    return this.invites.create(actor, input);
  }

  @Route('getInvites')
  getInvites(@CommandParam() { actor, input }: CommandRequest<'getInvites'>): Promise<InviteView[]> {
    return this.invites.list(actor, input);
  }

  @Route('revokeInvite')
  revokeInvite(@CommandParam() { actor, input }: CommandRequest<'revokeInvite'>): Promise<InviteRevokedView> {
    return this.invites.revoke(actor, input);
  }

  @Route('getInvite')
  getInvite(@CommandParam() { actor, input }: CommandRequest<'getInvite'>): Promise<InvitedGroupView> {
    return this.invites.look(actor, input);
  }

  @Route('joinByInvite')
  joinByInvite(@CommandParam() { actor, input }: CommandRequest<'joinByInvite'>): Promise<ChatView> {
    return this.entrance.joinBy(actor, input);
  }
}
