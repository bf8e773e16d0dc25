import { Controller } from '@nestjs/common';
import { DirectChatsService } from '../chats/direct-chats.service.js';
import type { CommandRequest } from '../commands/request.js';
import type { ChatView, CreatedGroupView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { GroupCreationService } from './creation.service.js';
import { GroupsService } from './groups.service.js';

@Controller()
export class GroupsController {
  constructor(
    private readonly directChats: DirectChatsService,
    private readonly creation: GroupCreationService,
    private readonly groups: GroupsService,
  ) {}

  /** One route creates both types of chats: with `memberIds` a group. */
  @Route('createChat', 'createGroup')
  createChat(
    @CommandParam() { actor, input }: CommandRequest<'createChat' | 'createGroup'>,
  ): Promise<CreatedGroupView> {
    return 'memberIds' in input ? this.creation.create(actor, input) : this.directChats.open(actor, input);
  }

  @Route('updateChat')
  updateChat(@CommandParam() { actor, input }: CommandRequest<'updateChat'>): Promise<ChatView> {
    return this.groups.update(actor, input);
  }
}
