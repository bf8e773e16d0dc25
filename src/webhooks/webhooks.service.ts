import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { AuditService } from '../audit/audit.service.js';
import { addSink, moveSinkToNow, removeSink } from '../changes/sinks.queries.js';
import type { Actor } from '../commands/identity/actor.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  AppError,
  type AuditAction,
  type CommandInput,
  type CreatedWebhookView,
  type WebhookDeletedView,
  type WebhookSecretView,
  type WebhookTestedView,
  type WebhookView,
} from '../contract/index.js';
import { Database, type Transaction } from '../database/database.js';
import { Webhook } from '../database/models/webhook.model.js';
import { RefusedAddress } from '../outbound/address-guard.js';
import { Outbound } from '../outbound/outbound.js';
import { Deliveries } from './deliveries.js';
import { DueNotifications } from './due/due-notifications.js';
import { newSecret, seal } from './secrets.js';
import { type Standing, toWebhookView } from './webhook.view.js';
import { sinkOf, WebhookWorker } from './webhook-worker.js';
import { disableWebhook, enableWebhook, standings } from './webhooks.queries.js';

/** Most webhooks of a server: each reads the log of changes for itself. */
const MOST = 50;

const NOTHING: Standing = { skippedAt: null, parked: 0, dead: 0 };

/** The webhooks that the application has. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly database: Database,
    @InjectModel(Webhook) private readonly webhooks: typeof Webhook,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly outbound: Outbound,
    private readonly deliveries: Deliveries,
    private readonly worker: WebhookWorker,
    private readonly due: DueNotifications,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError VALIDATION_FAILED for a URL that may not be called; CONFLICT when there are too many */
  async create(actor: Actor, input: CommandInput<'createWebhook'>): Promise<CreatedWebhookView> {
    const { events, description = null } = input;
    const url = this.mayCall(input.url);
    const secret = newSecret();
    const row = await this.database.transaction(async (tx) => {
      if ((await this.webhooks.count({ transaction: tx.sequelize })) >= MOST) throw tooMany();
      const secrets = [{ secret: seal(secret, this.config.webhooks.key), until: null }];
      const { id } = await this.webhooks.create(
        { url, events, description, secrets },
        { transaction: tx.sequelize, returning: ['id'] },
      );
      await addSink(tx, sinkOf(id));
      await this.record(actor, 'webhookCreated', id, tx, { events });
      return this.find(id, tx);
    });
    this.look();
    return { ...toWebhookView(row, NOTHING), secret };
  }

  async list(): Promise<WebhookView[]> {
    const [rows, all] = await Promise.all([
      this.webhooks.findAll({ order: ['id'] }),
      standings(this.database, null),
    ]);
    return rows.map((row) => toWebhookView(row, all.find(({ id }) => id === row.id) ?? NOTHING));
  }

  /** @throws AppError NOT_FOUND */
  async get({ webhookId }: { webhookId: number }): Promise<WebhookView> {
    const row = await this.find(webhookId);
    const [standing = NOTHING] = await standings(this.database, webhookId);
    return toWebhookView(row, standing);
  }

  /** @throws AppError NOT_FOUND; VALIDATION_FAILED for a URL that may not be called */
  async update(actor: Actor, { webhookId, ...given }: CommandInput<'updateWebhook'>): Promise<WebhookView> {
    if (given.url !== undefined) given.url = this.mayCall(given.url);
    const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    await this.change(
      actor,
      'webhookUpdated',
      webhookId,
      { fields: Object.keys(changes) },
      async (tx, row) => {
        await row.update({ ...changes, updatedAt: new Date() }, { transaction: tx.sequelize });
        return true;
      },
    );
    return this.get({ webhookId });
  }

  /** @throws AppError NOT_FOUND */
  async delete(actor: Actor, { webhookId }: CommandInput<'deleteWebhook'>): Promise<WebhookDeletedView> {
    await this.change(actor, 'webhookDeleted', webhookId, {}, async (tx, row) => {
      await removeSink(tx, sinkOf(webhookId));
      await row.destroy({ transaction: tx.sequelize });
      return true;
    });
    return { webhookId };
  }

  /** @throws AppError NOT_FOUND */
  async enable(actor: Actor, { webhookId, skip }: CommandInput<'enableWebhook'>): Promise<WebhookView> {
    await this.change(actor, 'webhookEnabled', webhookId, { skip }, async (tx) => {
      if (skip) await moveSinkToNow(tx, sinkOf(webhookId));
      return (await enableWebhook(tx, webhookId)) > 0 || skip;
    });
    return this.get({ webhookId });
  }

  /** @throws AppError NOT_FOUND */
  async disable(actor: Actor, { webhookId }: CommandInput<'disableWebhook'>): Promise<WebhookView> {
    await this.change(
      actor,
      'webhookDisabled',
      webhookId,
      {},
      async (tx) => (await disableWebhook(tx, { id: webhookId, error: null })) > 0,
    );
    return this.get({ webhookId });
  }

  /** @throws AppError NOT_FOUND */
  async rotate(
    actor: Actor,
    { webhookId, overlapSeconds }: CommandInput<'rotateWebhookSecret'>,
  ): Promise<WebhookSecretView> {
    const secret = newSecret();
    const until = new Date(Date.now() + overlapSeconds * 1_000).toISOString();
    await this.change(actor, 'webhookSecretRotated', webhookId, { until }, async (tx, row) => {
      // Those before it would have ended by themselves: a receiver knows the last two at most.
      const [former] = row.secrets;
      const secrets = [
        { secret: seal(secret, this.config.webhooks.key), until: null },
        ...(former ? [{ ...former, until }] : []),
      ];
      await row.update({ secrets, updatedAt: new Date() }, { transaction: tx.sequelize });
      return true;
    });
    return { webhookId, secret, formerUntil: until };
  }

  /** @throws AppError NOT_FOUND */
  async test({ webhookId }: CommandInput<'testWebhook'>): Promise<WebhookTestedView> {
    const { id, url, secrets } = await this.find(webhookId);
    const eventId = `evt_test_${randomUUID()}`;
    const body = { type: 'test', timestamp: new Date().toISOString(), data: { webhookId } };
    const outcome = await this.deliveries.send({ id, url, secrets }, { id: eventId, kind: 'test', body }, 1);
    const { status, error, tookMs } = outcome;
    return { webhookId, eventId, ok: outcome.kind === 'ok', status, error, tookMs };
  }

  /** In a transaction nobody else changes it until the end. @throws AppError NOT_FOUND */
  async find(webhookId: number, tx?: Transaction): Promise<Webhook> {
    const locked = tx && { transaction: tx.sequelize, lock: true };
    const row = await this.webhooks.findByPk(webhookId, locked);
    if (!row) throw new AppError('NOT_FOUND');
    return row;
  }

  private async change(
    actor: Actor,
    action: AuditAction,
    webhookId: number,
    details: Record<string, unknown>,
    apply: (tx: Transaction, row: Webhook) => Promise<boolean>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const row = await this.find(webhookId, tx);
      if (await apply(tx, row)) await this.record(actor, action, webhookId, tx, details);
    });
    this.look();
  }

  private look(): void {
    this.worker.look();
    this.due.webhooksChanged();
  }

  private record(
    actor: Actor,
    action: AuditAction,
    webhookId: number,
    tx: Transaction,
    details: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(actor, action, { details: { webhookId, ...details } }, tx);
  }

  private mayCall(url: string): string {
    try {
      return this.outbound.check(url).href;
    } catch (error) {
      if (!(error instanceof RefusedAddress)) throw error;
      throw new AppError('VALIDATION_FAILED', { details: [{ path: 'url', message: error.message }] });
    }
  }
}

function tooMany(): AppError {
  return new AppError('CONFLICT', {
    message: `There are ${MOST} webhooks already: delete one first.`,
    details: [{ path: '', message: `expected fewer than ${MOST} webhooks` }],
  });
}
