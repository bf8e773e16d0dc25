import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type {
  ChatClearedView,
  ChatDeletedView,
  ChatDetails,
  ChatListItem,
  ChatsPage,
  ChatView,
  MembershipView,
} from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { ChatsService } from './chats.service.js';
import { DeletionService } from './deletion.service.js';
import { DirectChatsService } from './direct-chats.service.js';
import { MembershipService } from './membership.service.js';

@WebSocketGateway()
export class ChatGateway {
  constructor(
    private readonly chats: ChatsService,
    private readonly deletion: DeletionService,
    private readonly directChats: DirectChatsService,
    private readonly membership: MembershipService,
  ) {}

  @Command('getChats')
  getChats({ actor, input }: CommandRequest<'getChats'>): Promise<ChatListItem[] | ChatsPage> {
    return this.chats.list(actor, input);
  }

  @Command('createChat')
  createChat({ actor, input }: CommandRequest<'createChat'>): Promise<ChatView> {
    return this.directChats.open(actor, input);
  }

  @Command('getChat')
  getChat({ actor, input }: CommandRequest<'getChat'>): Promise<ChatDetails> {
    return this.chats.get(actor, input);
  }

  @Command('deleteChat')
  deleteChat({ actor, input }: CommandRequest<'deleteChat'>): Promise<ChatDeletedView> {
    return this.deletion.delete(actor, input);
  }

  @Command('clearChat')
  clearChat({ actor, input }: CommandRequest<'clearChat'>): Promise<ChatClearedView> {
    return this.deletion.clear(actor, input);
  }

  @Command('updateMembership')
  updateMembership({ actor, input }: CommandRequest<'updateMembership'>): Promise<MembershipView> {
    return this.membership.update(actor, input);
  }
}
