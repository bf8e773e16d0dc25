import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op, type WhereOptions } from 'sequelize';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../commands/identity/actor.js';
import type { CommandInput, WebhookEventView, WebhookReplayView, WebhookTryView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { WebhookParked } from '../database/models/webhook-parked.model.js';
import { WebhookTry } from '../database/models/webhook-try.model.js';
import { reviveEvents } from './parked.queries.js';
import { toWebhookEventView, toWebhookTryView } from './webhook.view.js';
import { WebhookWorker } from './webhook-worker.js';
import { WebhooksService } from './webhooks.service.js';

/** Most events that one command revives. */
const REVIVED_AT_ONCE = 1_000;

/** What webhooks were sent, and what they did not take. */
@Injectable()
export class WebhookReportsService {
  constructor(
    private readonly database: Database,
    private readonly webhooks: WebhooksService,
    private readonly worker: WebhookWorker,
    private readonly audit: AuditService,
    @InjectModel(WebhookTry) private readonly tried: typeof WebhookTry,
    @InjectModel(WebhookParked) private readonly parked: typeof WebhookParked,
  ) {}

  /** The latest first. @throws AppError NOT_FOUND */
  async tries({ webhookId, before, limit }: CommandInput<'getWebhookTries'>): Promise<WebhookTryView[]> {
    await this.webhooks.find(webhookId);
    const where: WhereOptions = { webhookId, ...(before === undefined ? {} : { id: { [Op.lt]: before } }) };
    const rows = await this.tried.findAll({ where, order: [['id', 'DESC']], limit });
    return rows.map(toWebhookTryView);
  }

  /** The oldest first. @throws AppError NOT_FOUND */
  async events(input: CommandInput<'getWebhookEvents'>): Promise<WebhookEventView[]> {
    const { webhookId, dead, after, limit } = input;
    await this.webhooks.find(webhookId);
    const where: WhereOptions = {
      webhookId,
      ...(after === undefined ? {} : { id: { [Op.gt]: after } }),
      ...(dead === undefined ? {} : { deadAt: dead ? { [Op.ne]: null } : null }),
    };
    const rows = await this.parked.findAll({ where, order: ['id'], limit });
    return rows.map(toWebhookEventView);
  }

  /** @throws AppError NOT_FOUND */
  async replay(
    actor: Actor,
    { webhookId, eventIds }: CommandInput<'replayWebhookEvents'>,
  ): Promise<WebhookReplayView> {
    await this.webhooks.find(webhookId);
    const replayed = await this.database.transaction(async (tx) => {
      const revived = await reviveEvents(tx, {
        webhookId,
        eventIds: eventIds ?? null,
        most: REVIVED_AT_ONCE,
      });
      const details = { webhookId, events: revived };
      if (revived > 0) await this.audit.record(actor, 'webhookReplayed', { details }, tx);
      return revived;
    });
    this.worker.look();
    return { webhookId, replayed };
  }
}
