import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type {
  ChatClearedView,
  ChatDeletedView,
  ChatDetails,
  ChatListItem,
  ChatsPage,
  FoundChats,
  MembershipView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { ChatsService } from './chats.service.js';
import { ChatFinding } from './finding.service.js';
import { DeletionService } from './deletion.service.js';
import { MembershipService } from './membership.service.js';

/** `POST /chats` is in groups/, because it creates groups as well. */
@Controller()
export class ChatsController {
  constructor(
    private readonly chats: ChatsService,
    private readonly finding: ChatFinding,
    private readonly deletion: DeletionService,
    private readonly membership: MembershipService,
  ) {}

  @Route('getChats')
  getChats(
    @CommandParam() { actor, input }: CommandRequest<'getChats'>,
  ): Promise<ChatListItem[] | ChatsPage> {
    return this.chats.list(actor, input);
  }

  @Route('findChats')
  findChats(@CommandParam() { input }: CommandRequest<'findChats'>): Promise<FoundChats> {
    return this.finding.find(input);
  }

  @Route('getChat')
  getChat(@CommandParam() { actor, input }: CommandRequest<'getChat'>): Promise<ChatDetails> {
    return this.chats.get(actor, input);
  }

  @Route('deleteChat')
  deleteChat(@CommandParam() { actor, input }: CommandRequest<'deleteChat'>): Promise<ChatDeletedView> {
    return this.deletion.delete(actor, input);
  }

  @Route('clearChat')
  clearChat(@CommandParam() { actor, input }: CommandRequest<'clearChat'>): Promise<ChatClearedView> {
    return this.deletion.clear(actor, input);
  }

  @Route('updateMembership')
  updateMembership(
    @CommandParam() { actor, input }: CommandRequest<'updateMembership'>,
  ): Promise<MembershipView> {
    return this.membership.update(actor, input);
  }
}
