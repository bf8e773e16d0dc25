import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type { ChatView, CreatedGroupView } from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { GroupCreationService } from './creation.service.js';
import { GroupsService } from './groups.service.js';

@WebSocketGateway()
export class GroupsGateway {
  constructor(
    private readonly creation: GroupCreationService,
    private readonly groups: GroupsService,
  ) {}

  @Command('createGroup')
  createGroup({ actor, input }: CommandRequest<'createGroup'>): Promise<CreatedGroupView> {
    return this.creation.create(actor, input);
  }

  @Command('updateChat')
  updateChat({ actor, input }: CommandRequest<'updateChat'>): Promise<ChatView> {
    return this.groups.update(actor, input);
  }
}
