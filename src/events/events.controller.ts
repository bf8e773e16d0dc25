import { Controller } from '@nestjs/common';
import type { ChatEventView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { EventsService } from './events.service.js';

@Controller()
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Route('sendEvent')
  sendEvent(@CommandParam() { actor, input }: CommandRequest<'sendEvent'>): Promise<ChatEventView> {
    return this.events.send(actor, input);
  }
}
