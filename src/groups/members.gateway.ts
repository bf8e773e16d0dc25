import { WebSocketGateway } from '@nestjs/websockets';
import type {
  MemberRemovedView,
  MembersAddedView,
  MembershipView,
  MembersPage,
  MemberUpdatedView,
} from '../contract/index.js';
import { Command, type CommandRequest } from '../sockets/command.decorator.js';
import { LeavingService } from './leaving.service.js';
import { MembersService } from './members.service.js';
import { MembershipService } from '../chats/membership.service.js';

@WebSocketGateway()
export class MembersGateway {
  constructor(
    private readonly members: MembersService,
    private readonly leaving: LeavingService,
    private readonly membership: MembershipService,
  ) {}

  @Command('getMembers')
  getMembers({ actor, input }: CommandRequest<'getMembers'>): Promise<MembersPage> {
    return this.members.page(actor, input);
  }

  @Command('addMembers')
  addMembers({ actor, input }: CommandRequest<'addMembers'>): Promise<MembersAddedView> {
    return this.members.add(actor, input);
  }

  @Command('removeMember')
  removeMember({ actor, input }: CommandRequest<'removeMember'>): Promise<MemberRemovedView> {
    return this.leaving.remove(actor, input);
  }

  @Command('leaveChat')
  leaveChat({ actor, input }: CommandRequest<'leaveChat'>): Promise<MemberRemovedView> {
    return this.leaving.leave(actor, input);
  }

  @Command('setRole')
  setRole({ actor, input }: CommandRequest<'setRole'>): Promise<MemberUpdatedView> {
    return this.members.setRole(actor, input);
  }

  @Command('updateMembership')
  updateMembership({ actor, input }: CommandRequest<'updateMembership'>): Promise<MembershipView> {
    return this.membership.update(actor, input);
  }
}
