import { Controller } from '@nestjs/common';
import type {
  AddedMembersView,
  BanLiftedView,
  BannedPage,
  MemberRemovedView,
  MembersPage,
  MemberUpdatedView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { BansService } from './bans.service.js';
import { JoiningService } from './joining.service.js';
import { LeavingService } from './leaving.service.js';
import { MembersService } from './members.service.js';
import { SilenceService } from './silence.service.js';

@Controller()
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly joining: JoiningService,
    private readonly leaving: LeavingService,
    private readonly bans: BansService,
    private readonly silences: SilenceService,
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

  @Route('silenceMember')
  silenceMember(
    @CommandParam() { actor, input }: CommandRequest<'silenceMember'>,
  ): Promise<MemberUpdatedView> {
    return this.silences.silence(actor, input);
  }

  @Route('unsilenceMember')
  unsilenceMember(
    @CommandParam() { actor, input }: CommandRequest<'unsilenceMember'>,
  ): Promise<MemberUpdatedView> {
    return this.silences.unsilence(actor, input);
  }

  @Route('banMember')
  banMember(@CommandParam() { actor, input }: CommandRequest<'banMember'>): Promise<MemberRemovedView> {
    return this.leaving.ban(actor, input);
  }

  @Route('unbanMember')
  unbanMember(@CommandParam() { actor, input }: CommandRequest<'unbanMember'>): Promise<BanLiftedView> {
    return this.bans.lift(actor, input);
  }

  @Route('getBanned')
  getBanned(@CommandParam() { actor, input }: CommandRequest<'getBanned'>): Promise<BannedPage> {
    return this.bans.page(actor, input);
  }
}
