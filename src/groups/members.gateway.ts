import { WebSocketGateway } from '@nestjs/websockets';
import type {
  AddedMembersView,
  MemberRemovedView,
  MembersPage,
  MemberUpdatedView,
} from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { JoiningService } from './joining.service.js';
import { LeavingService } from './leaving.service.js';
import { MembersService } from './members.service.js';

@WebSocketGateway()
export class MembersGateway {
  constructor(
    private readonly members: MembersService,
    private readonly joining: JoiningService,
    private readonly leaving: LeavingService,
  ) {}

  @Command('getMembers')
  getMembers({ actor, input }: CommandRequest<'getMembers'>): Promise<MembersPage> {
    return this.members.page(actor, input);
  }

  @Command('addMembers')
  addMembers({ actor, input }: CommandRequest<'addMembers'>): Promise<AddedMembersView> {
    return this.joining.add(actor, input);
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
}
