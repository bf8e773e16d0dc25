import { WebSocketGateway } from '@nestjs/websockets';
import type { ChatDeletedView, ChatDetails, ChatListItem, ChatView } from '../contract/index.js';
import { Command, type CommandRequest } from '../sockets/command.decorator.js';
import { ChatsService } from './chats.service.js';
import { GroupsService } from '../groups/groups.service.js';

@WebSocketGateway()
export class ChatGateway {
  constructor(
    private readonly chats: ChatsService,
    private readonly groups: GroupsService,
  ) {}

  @Command('getChats')
  getChats({ actor, input }: CommandRequest<'getChats'>): Promise<ChatListItem[]> {
    return this.chats.list(actor, input);
  }

  @Command('createChat')
  createChat({ actor, input }: CommandRequest<'createChat'>): Promise<ChatView> {
    return this.chats.open(actor, input);
  }

  @Command('createGroup')
  createGroup({ actor, input }: CommandRequest<'createGroup'>): Promise<ChatView> {
    return this.groups.create(actor, input);
  }

  @Command('updateChat')
  updateChat({ actor, input }: CommandRequest<'updateChat'>): Promise<ChatView> {
    return this.groups.update(actor, input);
  }

  @Command('getChat')
  getChat({ actor, input }: CommandRequest<'getChat'>): Promise<ChatDetails> {
    return this.chats.get(actor, input);
  }

  @Command('deleteChat')
  deleteChat({ actor, input }: CommandRequest<'deleteChat'>): Promise<ChatDeletedView> {
    return this.chats.delete(actor, input);
  }
}
