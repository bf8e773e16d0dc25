import { WebSocketGateway } from '@nestjs/websockets';
import type { ReactionsChangedView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { ReactionsService } from './reactions.service.js';

@WebSocketGateway()
export class ReactionsGateway {
  constructor(private readonly reactions: ReactionsService) {}

  @Command('addReaction')
  addReaction({ actor, input }: CommandRequest<'addReaction'>): Promise<ReactionsChangedView> {
    return this.reactions.add(actor, input);
  }

  @Command('removeReaction')
  removeReaction({ actor, input }: CommandRequest<'removeReaction'>): Promise<ReactionsChangedView> {
    return this.reactions.remove(actor, input);
  }
}
