import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { Counter } from '../common/metrics/histogram.js';
import { Metrics } from '../common/metrics/metrics.js';
import { Database } from '../database/database.js';
import { disableWebhook, noteDisabled } from './webhooks.queries.js';

/** Why a webhook is given up: its receiver wants no events any more, or was down for too long. */
export type Reason = 'gone' | 'down';

/** Disables webhooks whose receivers do not take anything, and tells those who may mend it. */
@Injectable()
export class WebhookDisabler {
  private readonly counters: Record<Reason, Counter>;

  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    metrics: Metrics,
  ) {
    const count = (reason: Reason) =>
      metrics.counter(
        'chat_webhooks_disabled_total',
        'Webhooks that were disabled because of their receivers',
        {
          reason,
        },
      );
    this.counters = { gone: count('gone'), down: count('down') };
  }

  /** Whether it was not disabled yet. The other webhooks are told by `webhookDisabled`, and it is in the audit log. */
  async disable(webhookId: number, reason: Reason, error: string): Promise<boolean> {
    const isNew = await this.database.transaction(async (tx) => {
      if ((await disableWebhook(tx, { id: webhookId, error })) === 0) return false;
      await noteDisabled(tx, { webhookId, error });
      await this.audit.record({ userId: null }, 'webhookDisabled', { details: { webhookId, error } }, tx);
      return true;
    });
    if (isNew) this.counters[reason].add(1);
    return isNew;
  }
}
