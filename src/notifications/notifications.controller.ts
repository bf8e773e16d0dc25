import { Controller } from '@nestjs/common';
import type { NotificationsPage, NotificationsSeenView, PreferencesView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { InboxService } from './inbox.service.js';
import { PreferencesService } from './preferences.service.js';

@Controller()
export class NotificationsController {
  constructor(
    private readonly inbox: InboxService,
    private readonly preferences: PreferencesService,
  ) {}

  @Route('getNotifications')
  getNotifications(
    @CommandParam() { actor, input }: CommandRequest<'getNotifications'>,
  ): Promise<NotificationsPage> {
    return this.inbox.page(actor, input);
  }

  @Route('markNotificationsSeen')
  markNotificationsSeen(
    @CommandParam() { actor, input }: CommandRequest<'markNotificationsSeen'>,
  ): Promise<NotificationsSeenView> {
    return this.inbox.markSeen(actor, input);
  }

  @Route('getPreferences')
  getPreferences(@CommandParam() { actor }: CommandRequest<'getPreferences'>): Promise<PreferencesView> {
    return this.preferences.get(actor);
  }

  @Route('updatePreferences')
  updatePreferences(
    @CommandParam() { actor, input }: CommandRequest<'updatePreferences'>,
  ): Promise<PreferencesView> {
    return this.preferences.update(actor, input);
  }
}
