import { WebSocketGateway } from '@nestjs/websockets';
import type { NotificationsPage, NotificationsSeenView, PreferencesView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { InboxService } from './inbox.service.js';
import { PreferencesService } from './preferences.service.js';

@WebSocketGateway()
export class NotificationsGateway {
  constructor(
    private readonly inbox: InboxService,
    private readonly preferences: PreferencesService,
  ) {}

  @Command('getNotifications')
  getNotifications({ actor, input }: CommandRequest<'getNotifications'>): Promise<NotificationsPage> {
    return this.inbox.page(actor, input);
  }

  @Command('markNotificationsSeen')
  markNotificationsSeen({
    actor,
    input,
  }: CommandRequest<'markNotificationsSeen'>): Promise<NotificationsSeenView> {
    return this.inbox.markSeen(actor, input);
  }

  @Command('getPreferences')
  getPreferences({ actor }: CommandRequest<'getPreferences'>): Promise<PreferencesView> {
    return this.preferences.get(actor);
  }

  @Command('updatePreferences')
  updatePreferences({ actor, input }: CommandRequest<'updatePreferences'>): Promise<PreferencesView> {
    return this.preferences.update(actor, input);
  }
}
