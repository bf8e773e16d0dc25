import type { AuditEntry } from '@chat-api/client';
import { momentOf } from '../times';

export const ACTIONS: Record<AuditEntry['action'], string> = {
  userDeactivated: 'Deactivated',
  userReactivated: 'Let back',
  sessionsRevoked: 'Sessions ended',
  erasureStarted: 'Erasure started',
  erasureFinished: 'Erased',
  userExported: 'Person exported',
  chatExported: 'Chat exported',
  chatDeleted: 'Chat deleted',
  retentionChanged: 'Retention changed',
  memberRemoved: 'Removed from a group',
  roleChanged: 'Role changed',
  memberBanned: 'Banned from a group',
  memberUnbanned: 'Ban lifted',
  memberSilenced: 'Muted in a group',
  memberUnsilenced: 'Mute lifted',
  reportUpdated: 'Report worked off',
  webhookCreated: 'Webhook added',
  webhookUpdated: 'Webhook changed',
  webhookDeleted: 'Webhook removed',
  webhookEnabled: 'Webhook enabled',
  webhookDisabled: 'Webhook disabled',
  webhookSecretRotated: 'Webhook given a new secret',
  webhookReplayed: 'Webhook events replayed',
};

/** What a server says that this page does not know yet, as words: `inviteRevoked` is "Invite revoked". */
export function actionOf(action: string): string {
  if (Object.hasOwn(ACTIONS, action)) return ACTIONS[action as AuditEntry['action']];
  const words = action.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Who did what no user has done. A webhook is disabled by the application, or given up because of an error. */
export const doerOf = ({ action, details }: Pick<AuditEntry, 'action' | 'details'>): string =>
  action === 'webhookDisabled' && typeof details.error === 'string' ? 'this server' : 'the application';

const NAMES: Record<string, string> = {
  until: 'until',
  reason: 'reason',
  role: 'role',
  messages: 'messages',
  erasureId: 'erasure',
  reportId: 'report',
  before: 'before',
  retentionDays: 'days',
  webhookId: 'webhook',
  error: 'because of',
};

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value);

export interface Detail {
  name: string;
  value: string;
}

/** What else there is to say of an entry. What is null is nothing to say. */
export function detailsOf({ details }: Pick<AuditEntry, 'details'>): Detail[] {
  return Object.entries(details).flatMap(([key, value]) => {
    if (value === null || value === undefined) return [];
    const text = isTime(value) ? momentOf(value) : typeof value === 'string' ? value : JSON.stringify(value);
    return [{ name: NAMES[key] ?? key, value: text }];
  });
}
