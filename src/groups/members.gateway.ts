import { WebSocketGateway } from '@nestjs/websockets';
import type {
  AddedMembersView,
  BanLiftedView,
  BannedPage,
  MemberRemovedView,
  MembersPage,
  MemberUpdatedView,
} from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { BansService } from './bans.service.js';
import { JoiningService } from './joining.service.js';
import { LeavingService } from './leaving.service.js';
import { MembersService } from './members.service.js';
import { SilenceService } from './silence.service.js';

@WebSocketGateway()
export class MembersGateway {
  constructor(
    private readonly members: MembersService,
    private readonly joining: JoiningService,
    private readonly leaving: LeavingService,
    private readonly bans: BansService,
    private readonly silences: SilenceService,
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

  @Command('silenceMember')
  silenceMember({ actor, input }: CommandRequest<'silenceMember'>): Promise<MemberUpdatedView> {
    return this.silences.silence(actor, input);
  }

  @Command('unsilenceMember')
  unsilenceMember({ actor, input }: CommandRequest<'unsilenceMember'>): Promise<MemberUpdatedView> {
    return this.silences.unsilence(actor, input);
  }

  @Command('banMember')
  banMember({ actor, input }: CommandRequest<'banMember'>): Promise<MemberRemovedView> {
    return this.leaving.ban(actor, input);
  }

  @Command('unbanMember')
  unbanMember({ actor, input }: CommandRequest<'unbanMember'>): Promise<BanLiftedView> {
    return this.bans.lift(actor, input);
  }

  @Command('getBanned')
  getBanned({ actor, input }: CommandRequest<'getBanned'>): Promise<BannedPage> {
    return this.bans.page(actor, input);
  }
}
