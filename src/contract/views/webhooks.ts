import { z } from 'zod';
import { count, id, timestamp } from './fields.js';
import { messageView } from './messages.js';

/**
 * What webhooks are told. A name is that of the event of a socket, and so is what it carries; `notification.due` and
 * `webhookDisabled` are for webhooks only, see `notificationDueView` and `webhookDisabledView`.
 */
export const webhookEventName = z.enum([
  'newMessage',
  'messageEdited',
  'messageDeleted',
  'reactionsChanged',
  'newChat',
  'chatUpdated',
  'chatDeleted',
  'membersAdded',
  'memberRemoved',
  'memberUpdated',
  'notification.due',
  'webhookDisabled',
]);
export type WebhookEventName = z.infer<typeof webhookEventName>;

/** What `notification.due` carries: people have not read a message for NOTIFICATION_DUE_AFTER_MS. */
export const notificationDueView = z.object({
  message: messageView.describe(
    'The newest one of the chat that they have not read, of those that are old enough.',
  ),
  users: z
    .array(
      z.object({
        userId: id,
        externalId: z.string().nullable(),
        name: z.string().nullable(),
        unreadCount: count.describe('Their unread messages in the chat.'),
        isMentioned: z.boolean().describe('Whether the message mentions them, or everybody.'),
        quietUntil: timestamp
          .nullable()
          .describe('Until when they want quiet; null: they have no quiet hours now.'),
      }),
    )
    .describe('At most 100; more people are told of by more events.'),
});
export type NotificationDueView = z.infer<typeof notificationDueView>;

/** What `webhookDisabled` carries: another webhook is sent nothing any more, because of its receiver. It is about no chat. */
export const webhookDisabledView = z.object({
  webhookId: id,
  description: z.string().nullable(),
  error: z.string().describe('What went wrong last: `HTTP 410`, `HTTP 503`, `ECONNREFUSED`.'),
});
export type WebhookDisabledView = z.infer<typeof webhookDisabledView>;

export const webhookView = z
  .object({
    id,
    url: z.string(),
    events: z.array(z.string()).describe('Names of events; `*`: all, also those that are added later.'),
    description: z.string().nullable(),
    status: z
      .enum(['on', 'paused', 'disabled'])
      .describe(
        '`paused`: the receiver is down, it is probed at `nextTryAt`. `disabled`: by you, by its answer 410, or after WEBHOOK_DISABLE_HOURS without success.',
      ),
    failures: count.describe('Probes in a row that failed while it is paused.'),
    failingSince: timestamp.nullable(),
    nextTryAt: timestamp.nullable().describe('When it is probed, while it is paused.'),
    lastError: z.string().nullable().describe('What went wrong last, while it is paused or disabled.'),
    skippedAt: timestamp
      .nullable()
      .describe('When it last missed events, because it had not heard of them for SINK_KEEP_DAYS.'),
    parked: count.describe(
      'Events that it refused and that are tried again, and those of the same chats behind.',
    ),
    dead: count.describe('Events that are not tried any more: see getWebhookEvents, replayWebhookEvents.'),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof webhookView>;

const secret = z
  .string()
  .describe('Signs the events: `whsec_` and 32 bytes in base64. It is shown this once.');

export const createdWebhookView = webhookView.extend({ secret }).meta({ id: 'CreatedWebhook' });
export type CreatedWebhookView = z.infer<typeof createdWebhookView>;

export const webhookSecretView = z
  .object({
    webhookId: id,
    secret,
    formerUntil: timestamp.describe('Until then events are signed with the former secret as well.'),
  })
  .meta({ id: 'WebhookSecret' });
export type WebhookSecretView = z.infer<typeof webhookSecretView>;

export const webhookDeletedView = z.object({ webhookId: id }).meta({ id: 'WebhookDeleted' });
export type WebhookDeletedView = z.infer<typeof webhookDeletedView>;

const outcome = {
  status: z.number().int().nullable().describe('HTTP status of the answer; null: there was none.'),
  error: z
    .string()
    .nullable()
    .describe('Why it failed: `ETIMEDOUT`, `ECONNREFUSED`, `ADDRESS_REFUSED`, `HTTP 500`; null: it did not.'),
  tookMs: count,
};

export const webhookTestedView = z
  .object({ webhookId: id, eventId: z.string(), ok: z.boolean(), ...outcome })
  .meta({ id: 'WebhookTested' });
export type WebhookTestedView = z.infer<typeof webhookTestedView>;

export const webhookTryView = z
  .object({
    id,
    eventId: z.string(),
    type: z.string(),
    try: count.describe('1: the first of this event.'),
    ...outcome,
    at: timestamp,
  })
  .meta({ id: 'WebhookTry' });
export type WebhookTryView = z.infer<typeof webhookTryView>;

export const webhookEventView = z
  .object({
    id: id.describe('Pass the last one as `after` to get those after it.'),
    eventId: z.string().describe('The `webhook-id` of every try.'),
    type: webhookEventName,
    chatId: id.nullable().describe('null: it is about no chat.'),
    tries: count,
    nextTryAt: timestamp.nullable().describe('null: it waits for an earlier one of its chat, or is dead.'),
    deadAt: timestamp.nullable(),
    lastError: z.string().nullable(),
    at: timestamp.describe('When it happened.'),
  })
  .meta({ id: 'WebhookEvent' });
export type WebhookEventView = z.infer<typeof webhookEventView>;

export const webhookReplayView = z
  .object({ webhookId: id, replayed: count.describe('How many events are tried now.') })
  .meta({ id: 'WebhookReplay' });
export type WebhookReplayView = z.infer<typeof webhookReplayView>;
