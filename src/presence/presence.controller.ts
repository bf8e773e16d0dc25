import { Controller } from '@nestjs/common';
import type { PresenceView, VisibilityView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { PresenceService } from './presence.service.js';
import { VisibilityService } from './visibility.service.js';

@Controller()
export class PresenceController {
  constructor(
    private readonly presence: PresenceService,
    private readonly visibility: VisibilityService,
  ) {}

  @Route('getOnlineUsers')
  getOnlineUsers(@CommandParam() { actor }: CommandRequest<'getOnlineUsers'>): Promise<PresenceView[]> {
    return this.presence.listOnline(actor);
  }

  @Route('getUsersPresence')
  getUsersPresence(
    @CommandParam() { actor, input }: CommandRequest<'getUsersPresence'>,
  ): Promise<PresenceView[]> {
    return this.presence.of(actor, input.ids);
  }

  @Route('setVisibility')
  setVisibility(@CommandParam() { actor, input }: CommandRequest<'setVisibility'>): Promise<VisibilityView> {
    return this.visibility.set(actor, input.visible);
  }

  @Route('getVisibility')
  getVisibility(@CommandParam() { actor }: CommandRequest<'getVisibility'>): Promise<VisibilityView> {
    return this.visibility.get(actor);
  }
}
