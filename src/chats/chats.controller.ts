import { Controller } from '@nestjs/common';
import type { ChatDeletedView, ChatDetails, ChatListItem, ChatView } from '../contract/index.js';
import { Asked } from '../rest/command-request.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../sockets/command.decorator.js';
import { ChatsService } from './chats.service.js';
import { GroupsService } from '../groups/groups.service.js';

@Controller()
export class ChatsController {
  constructor(
    private readonly chats: ChatsService,
    private readonly groups: GroupsService,
  ) {}

  @Route('getChats')
  getChats(@Asked() { actor, input }: CommandRequest<'getChats'>): Promise<ChatListItem[]> {
    return this.chats.list(actor, input);
  }

  @Route('createChat', 'createGroup')
  createChat(@Asked() { actor, input }: CommandRequest<'createChat' | 'createGroup'>): Promise<ChatView> {
    return 'memberIds' in input ? this.groups.create(actor, input) : this.chats.open(actor, input);
  }

  @Route('updateChat')
  updateChat(@Asked() { actor, input }: CommandRequest<'updateChat'>): Promise<ChatView> {
    return this.groups.update(actor, input);
  }

  @Route('getChat')
  getChat(@Asked() { actor, input }: CommandRequest<'getChat'>): Promise<ChatDetails> {
    return this.chats.get(actor, input);
  }

  @Route('deleteChat')
  deleteChat(@Asked() { actor, input }: CommandRequest<'deleteChat'>): Promise<ChatDeletedView> {
    return this.chats.delete(actor, input);
  }
}
