import { z } from 'zod';
import { id, json, timestamp } from './fields.js';

/** What is written down. Names are only ever added. */
export const auditAction = z.enum([
  'userDeactivated',
  'userReactivated',
  'sessionsRevoked',
  'erasureStarted',
  'erasureFinished',
  'userExported',
  'chatExported',
  'chatDeleted',
  'retentionChanged',
  'memberRemoved',
  'roleChanged',
  'memberBanned',
  'memberUnbanned',
  'memberSilenced',
  'memberUnsilenced',
  'reportUpdated',
  'webhookCreated',
  'webhookUpdated',
  'webhookDeleted',
  'webhookEnabled',
  'webhookDisabled',
  'webhookSecretRotated',
  'webhookReplayed',
]);
export type AuditAction = z.infer<typeof auditAction>;

export const auditEntryView = z
  .object({
    id,
    at: timestamp,
    actorId: id.nullable().describe('The user who did it; null: the application, or the server by itself.'),
    action: auditAction,
    userId: id.nullable().describe('To whom it was done; null: to a chat as a whole.'),
    chatId: id.nullable().describe('The chat in which it was done; null: it was not about a chat.'),
    details: json.describe(
      'What else there is to say: the role, the reason, until when. No text of messages.',
    ),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof auditEntryView>;
