import { Controller } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type {
  CreatedWebhookView,
  WebhookDeletedView,
  WebhookEventView,
  WebhookReplayView,
  WebhookSecretView,
  WebhookTestedView,
  WebhookTryView,
  WebhookView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { WebhookReportsService } from './webhook-reports.service.js';
import { WebhooksService } from './webhooks.service.js';

@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhooksService,
    private readonly reports: WebhookReportsService,
  ) {}

  @Route('createWebhook')
  createWebhook(
    @CommandParam() { actor, input }: CommandRequest<'createWebhook'>,
  ): Promise<CreatedWebhookView> {
    return this.webhooks.create(actor, input);
  }

  @Route('getWebhooks')
  getWebhooks(): Promise<WebhookView[]> {
    return this.webhooks.list();
  }

  @Route('getWebhook')
  getWebhook(@CommandParam() { input }: CommandRequest<'getWebhook'>): Promise<WebhookView> {
    return this.webhooks.get(input);
  }

  @Route('updateWebhook')
  updateWebhook(@CommandParam() { actor, input }: CommandRequest<'updateWebhook'>): Promise<WebhookView> {
    return this.webhooks.update(actor, input);
  }

  @Route('deleteWebhook')
  deleteWebhook(
    @CommandParam() { actor, input }: CommandRequest<'deleteWebhook'>,
  ): Promise<WebhookDeletedView> {
    return this.webhooks.delete(actor, input);
  }

  @Route('enableWebhook')
  enableWebhook(@CommandParam() { actor, input }: CommandRequest<'enableWebhook'>): Promise<WebhookView> {
    return this.webhooks.enable(actor, input);
  }

  @Route('disableWebhook')
  disableWebhook(@CommandParam() { actor, input }: CommandRequest<'disableWebhook'>): Promise<WebhookView> {
    return this.webhooks.disable(actor, input);
  }

  @Route('rotateWebhookSecret')
  rotateWebhookSecret(
    @CommandParam() { actor, input }: CommandRequest<'rotateWebhookSecret'>,
  ): Promise<WebhookSecretView> {
    return this.webhooks.rotate(actor, input);
  }

  @Route('testWebhook')
  testWebhook(@CommandParam() { input }: CommandRequest<'testWebhook'>): Promise<WebhookTestedView> {
    return this.webhooks.test(input);
  }

  @Route('getWebhookTries')
  getWebhookTries(@CommandParam() { input }: CommandRequest<'getWebhookTries'>): Promise<WebhookTryView[]> {
    return this.reports.tries(input);
  }

  @Route('getWebhookEvents')
  getWebhookEvents(
    @CommandParam() { input }: CommandRequest<'getWebhookEvents'>,
  ): Promise<WebhookEventView[]> {
    return this.reports.events(input);
  }

  @Route('replayWebhookEvents')
  replayWebhookEvents(
    @CommandParam() { actor, input }: CommandRequest<'replayWebhookEvents'>,
  ): Promise<WebhookReplayView> {
    return this.reports.replay(actor, input);
  }
}
