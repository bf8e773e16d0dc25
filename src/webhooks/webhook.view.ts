import { NO_CHAT } from '../changes/note-change.js';
import type { WebhookEventName, WebhookEventView, WebhookTryView, WebhookView } from '../contract/index.js';
import type { WebhookParked } from '../database/models/webhook-parked.model.js';
import type { WebhookTry } from '../database/models/webhook-try.model.js';
import type { Webhook } from '../database/models/webhook.model.js';

/** What the view of a webhook says besides its row. */
export interface Standing {
  skippedAt: string | null;
  parked: number;
  dead: number;
}

const moment = (date: Date | null) => date?.toISOString() ?? null;

export function toWebhookView(row: Webhook, { skippedAt, parked, dead }: Standing): WebhookView {
  return {
    id: row.id,
    url: row.url,
    events: row.events,
    description: row.description,
    status: row.status,
    failures: row.failures,
    failingSince: moment(row.failingSince),
    nextTryAt: moment(row.nextTryAt),
    lastError: row.lastError,
    skippedAt,
    parked,
    dead,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

export function toWebhookTryView(row: WebhookTry): WebhookTryView {
  const { id, eventId, kind: type, status, error, tookMs, at } = row;
  return { id, eventId, type, try: row.try, status, error, tookMs, at: at.toISOString() };
}

export function toWebhookEventView(row: WebhookParked): WebhookEventView {
  return {
    id: row.id,
    eventId: row.eventId,
    type: row.kind as WebhookEventName,
    chatId: row.chatId === NO_CHAT ? null : row.chatId,
    tries: row.tries,
    nextTryAt: moment(row.nextTryAt),
    deadAt: moment(row.deadAt),
    lastError: row.lastError,
    at: row.at.toISOString(),
  };
}
