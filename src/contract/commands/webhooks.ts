import { z } from 'zod';
import { define } from '../define.js';
import { filledText, flag, id, pageSize, queryFlag, text, wholeNumber } from '../scalars.js';
import {
  createdWebhookView,
  webhookDeletedView,
  webhookEventName,
  webhookEventView,
  webhookReplayView,
  webhookSecretView,
  webhookTestedView,
  webhookTryView,
  webhookView,
} from '../views/index.js';

const webhookId = id;

const events = z
  .array(z.union([webhookEventName, z.literal('*')], { error: 'expected names of events, or "*" for all' }))
  .min(1, { error: 'expected at least one event' })
  .max(20, { error: 'expected at most 20 events' });

const url = filledText(2_048).describe(
  'http or https, without user name and password, at a port of OUTBOUND_PORTS. Only the internet is reached, and what OUTBOUND_ALLOW names.',
);

const description = text(200).describe('For you: what it is for.');

/** What all of them have: they are for the application, over REST. */
const forApplication = {
  who: 'application',
  actor: [],
  reply: null,
  socket: false,
} as const;

export const webhooksCommands = {
  createWebhook: define({
    summary:
      'Adds a webhook: from now on the URL is sent what happens in chats, in the order of each chat, at least once, signed as Standard Webhooks say. At most 50. For the application only.',
    input: z.object({ url, events, description: description.optional() }),
    result: createdWebhookView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks', status: 201 },
  }),
  getWebhooks: define({
    summary: 'All webhooks. For the application only.',
    input: z.object({}),
    result: z.array(webhookView),
    order: 'read',
    ...forApplication,
    rest: { method: 'GET', path: '/webhooks', status: 200 },
  }),
  getWebhook: define({
    summary: 'A webhook and how it does. For the application only.',
    input: z.object({ webhookId }),
    result: webhookView,
    order: 'read',
    ...forApplication,
    rest: { method: 'GET', path: '/webhooks/:webhookId', status: 200 },
  }),
  updateWebhook: define({
    summary: 'Changes a webhook; what is left out stays. For the application only.',
    input: z.object({
      webhookId,
      url: url.optional(),
      events: events.optional(),
      description: description.optional(),
    }),
    result: webhookView,
    order: 'write',
    ...forApplication,
    rest: { method: 'PATCH', path: '/webhooks/:webhookId', status: 200 },
  }),
  deleteWebhook: define({
    summary: 'Deletes a webhook, with its secret, its tries and its events. For the application only.',
    input: z.object({ webhookId }),
    result: webhookDeletedView,
    order: 'write',
    ...forApplication,
    rest: { method: 'DELETE', path: '/webhooks/:webhookId', status: 200 },
  }),
  enableWebhook: define({
    summary:
      'Enables a webhook that is disabled, or probes one that is paused now. It goes on where it stood, or with `skip` from now on: what happened meanwhile is not sent. For the application only.',
    input: z.object({ webhookId, skip: flag.default(false) }),
    result: webhookView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks/:webhookId/enable', status: 200 },
  }),
  disableWebhook: define({
    summary: 'Disables a webhook: it is sent nothing until it is enabled. For the application only.',
    input: z.object({ webhookId }),
    result: webhookView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks/:webhookId/disable', status: 200 },
  }),
  rotateWebhookSecret: define({
    summary:
      'Gives a webhook a new secret. For `overlapSeconds` events are signed with both, so that receivers can change over. For the application only.',
    input: z.object({ webhookId, overlapSeconds: wholeNumber(0, 604_800).default(86_400) }),
    result: webhookSecretView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks/:webhookId/secret', status: 200 },
  }),
  testWebhook: define({
    summary:
      'Sends an event of the type `test` now, in the same way as all others, and says how it went. It is not tried again. For the application only.',
    input: z.object({ webhookId }),
    result: webhookTestedView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks/:webhookId/test', status: 200 },
  }),
  getWebhookTries: define({
    summary:
      'The log of tries, the latest first, in pages: those that failed, with WEBHOOK_LOG=all every one. `before` is the last id of the page before. Kept for WEBHOOK_LOG_DAYS. For the application only.',
    input: z.object({ webhookId, before: id.optional(), limit: pageSize(200, 50) }),
    result: z.array(webhookTryView),
    order: 'read',
    ...forApplication,
    rest: { method: 'GET', path: '/webhooks/:webhookId/tries', status: 200 },
  }),
  getWebhookEvents: define({
    summary:
      'Events that did not get through while others did, oldest first, in pages: those that are tried again and those that are `dead`. Kept for WEBHOOK_LOG_DAYS once they are dead. For the application only.',
    input: z.object({
      webhookId,
      dead: queryFlag.optional().describe('true: only dead ones; false: only those that are tried again.'),
      after: id.optional(),
      limit: pageSize(200, 50),
    }),
    result: z.array(webhookEventView),
    order: 'read',
    ...forApplication,
    rest: { method: 'GET', path: '/webhooks/:webhookId/events', status: 200 },
  }),
  replayWebhookEvents: define({
    summary:
      'Tries events now that wait for their next try, and dead ones again, up to 1,000, oldest first: all, or those with these `eventIds`. Dead ones come after what was sent of their chats meanwhile. Each comes with what it is about as it is now. For the application only.',
    input: z.object({
      webhookId,
      eventIds: z
        .array(text(100))
        .min(1, { error: 'expected at least one id' })
        .max(1_000, { error: 'expected at most 1000 ids' })
        .optional(),
    }),
    result: webhookReplayView,
    order: 'write',
    ...forApplication,
    rest: { method: 'POST', path: '/webhooks/:webhookId/events/replay', status: 200 },
  }),
} as const;
