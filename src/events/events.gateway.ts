import { WebSocketGateway } from '@nestjs/websockets';
import type { ChatEventView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { EventsService } from './events.service.js';

@WebSocketGateway()
export class EventsGateway {
  constructor(private readonly events: EventsService) {}

  @Command('sendEvent')
  sendEvent({ actor, input }: CommandRequest<'sendEvent'>): Promise<ChatEventView> {
    return this.events.send(actor, input);
  }
}
