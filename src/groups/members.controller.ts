import { Controller } from '@nestjs/common';
import type {
  AddedMembersView,
  MemberRemovedView,
  MembersPage,
  MemberUpdatedView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { JoiningService } from './joining.service.js';
import { LeavingService } from './leaving.service.js';
import { MembersService } from './members.service.js';

@Controller()
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly joining: JoiningService,
    private readonly leaving: LeavingService,
  ) {}

  @Route('getMembers')
  getMembers(@CommandParam() { actor, input }: CommandRequest<'getMembers'>): Promise<MembersPage> {
    return this.members.page(actor, input);
  }

  @Route('addMembers')
  addMembers(@CommandParam() { actor, input }: CommandRequest<'addMembers'>): Promise<AddedMembersView> {
    return this.joining.add(actor, input);
  }

  @Route('removeMember')
  removeMember(@CommandParam() { actor, input }: CommandRequest<'removeMember'>): Promise<MemberRemovedView> {
    return this.leaving.remove(actor, input);
  }

  @Route('leaveChat')
  leaveChat(@CommandParam() { actor, input }: CommandRequest<'leaveChat'>): Promise<MemberRemovedView> {
    return this.leaving.leave(actor, input);
  }

  @Route('setRole')
  setRole(@CommandParam() { actor, input }: CommandRequest<'setRole'>): Promise<MemberUpdatedView> {
    return this.members.setRole(actor, input);
  }
}
