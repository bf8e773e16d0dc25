import { Controller } from '@nestjs/common';
import type { PresenceView } from '../contract/index.js';
import { Asked } from '../http/asked.decorator.js';
import { Route } from '../http/route.decorator.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { PresenceService } from './presence.service.js';

@Controller()
export class PresenceController {
  constructor(private readonly presence: PresenceService) {}

  @Route('getOnlineUsers')
  getOnlineUsers(@Asked() { actor }: CommandRequest<'getOnlineUsers'>): Promise<PresenceView[]> {
    return this.presence.listOnline(actor.userId);
  }
}
