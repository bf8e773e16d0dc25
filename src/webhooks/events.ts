import { NO_CHAT, type NotedKind, type NotedReaction } from '../changes/note-change.js';
import { shownToAll } from '../chats/shown.js';
import { toChatView } from '../chats/chat.view.js';
import type { MessageView, NotificationDueView, WebhookDisabledView } from '../contract/index.js';
import type { Runner } from '../database/statement.js';
import { type InChat, toMessageView } from '../messages/model/message.view.js';
import { dueUsers } from './due/due-event.js';
import { chatToSend, descriptionToSend, messageToSend } from './events.queries.js';
import { type Subjects, subjectsOf } from './subjects.js';

/** What happened, as the log of changes has it. */
export interface WebhookEvent {
  kind: 'newMessage' | NotedKind;
  chatId: number;
  /** Of a sent message its seq, of other changes the version of the chat. */
  nr: number;
  messageId: number | null;
  details: Record<string, unknown> | null;
  at: string;
}

/** The same on each try, from every node. A message is named by its seq: its version moves when it is changed. */
export function idOf({ kind, chatId, nr, details }: WebhookEvent): string {
  // Several events may tell of one message, but none of them of the same person.
  if (kind === 'notification.due') return `evt_${chatId}_m${nr}_due${usersOf(details)[0]}`;
  // The time at which it happened, which happens once to a webhook at a time.
  if (kind === 'webhookDisabled') return `evt_webhook${(details as unknown as Disabled).webhookId}_${nr}`;
  return `evt_${chatId}_${kind === 'newMessage' ? 'm' : ''}${nr}`;
}

const usersOf = (details: WebhookEvent['details']) => (details?.userIds ?? []) as number[];

/** What is noted with `webhookDisabled`. */
export type Disabled = Omit<WebhookDisabledView, 'description'>;

/** Whether a webhook is told of it; not that it was disabled itself. */
export const isFor = (webhookId: number, { kind, details }: WebhookEvent): boolean =>
  kind !== 'webhookDisabled' || (details as unknown as Disabled).webhookId !== webhookId;

/**
 * An event as it is sent; `version` is that of the chat which it brings, of a message that of its last change. Both are null
 * of what is about no chat.
 */
interface Body extends Subjects {
  type: string;
  timestamp: string;
  chatId: number | null;
  version: number | null;
  data: object;
}

/** What an event carries, and of a message the chat that it is in. */
interface Payload {
  data: object;
  inChat: InChat | null;
}

const payload = (data: object | null, inChat: InChat | null = null): Payload | null =>
  data && { data, inChat };

/**
 * The body of an event, with what it is about as it is now: nothing is sent that was edited or deleted meanwhile. null: what
 * it is about is gone.
 */
export async function bodyOf(runner: Runner, event: WebhookEvent): Promise<Body | null> {
  const { kind: type, chatId, at: timestamp } = event;
  const found = await dataOf(runner, event);
  if (found === null) return null;
  const { data, inChat } = found;
  if (chatId === NO_CHAT)
    return { type, timestamp, chatId: null, version: null, chat: null, users: [], data };
  const version = versionOf(type, data) ?? event.nr;
  const { chat, users } = await subjectsOf(runner, event, data, inChat);
  return { type, timestamp, chatId, version, chat, users, data };
}

function versionOf(type: WebhookEvent['kind'], data: object): number | undefined {
  if (type === 'newMessage') return (data as MessageView).version;
  if (type === 'notification.due') return (data as NotificationDueView).message.version;
  return undefined;
}

async function dataOf(runner: Runner, event: WebhookEvent): Promise<Payload | null> {
  const { kind, chatId, nr: version, messageId } = event;
  switch (kind) {
    case 'membersAdded':
    case 'memberRemoved':
    case 'memberUpdated':
      return payload(event.details);
    case 'chatDeleted':
      return payload({ chatId, version });
    case 'newChat':
    case 'chatUpdated': {
      const chat = await chatToSend(runner, chatId);
      return payload(chat ? toChatView(chat) : null);
    }
    case 'webhookDisabled':
      return ofDisabled(runner, event.details as unknown as Disabled);
    case 'notification.due':
      return messageId === null ? null : ofUnread(runner, messageId, usersOf(event.details));
    case 'newMessage':
    case 'messageEdited':
    case 'messageDeleted':
    case 'reactionsChanged':
      return messageId === null ? null : ofMessage(runner, kind, messageId, event);
  }
}

/** null: it was deleted meanwhile. */
async function ofDisabled(runner: Runner, disabled: Disabled): Promise<Payload | null> {
  const found = await descriptionToSend(runner, disabled.webhookId);
  return payload(found ? { ...disabled, ...found } : null);
}

async function ofUnread(
  runner: Runner,
  messageId: number,
  userIds: readonly number[],
): Promise<Payload | null> {
  const users = await dueUsers(runner, messageId, userIds);
  const found = users.length === 0 ? null : await messageToSend(runner, messageId);
  if (!found || found.message.deletedAt !== null) return null;
  const message = toMessageView(found.message, found.chat, await shownToAll(runner, [found.message]));
  return payload({ message, users } satisfies NotificationDueView, found.chat);
}

async function ofMessage(
  runner: Runner,
  kind: 'newMessage' | 'messageEdited' | 'messageDeleted' | 'reactionsChanged',
  messageId: number,
  { nr: version, details }: WebhookEvent,
): Promise<Payload | null> {
  const found = await messageToSend(runner, messageId);
  if (!found) return null;
  const view = toMessageView(found.message, found.chat, await shownToAll(runner, [found.message]));
  return payload(changeOf(kind, view, version, details as NotedReaction | null), found.chat);
}

function changeOf(
  kind: 'newMessage' | 'messageEdited' | 'messageDeleted' | 'reactionsChanged',
  view: MessageView,
  version: number,
  reaction: NotedReaction | null,
): object {
  const { id: messageId, chatId, seq, deletedAt, reactions } = view;
  if (kind === 'messageDeleted') return { messageId, chatId, seq, version, for: 'everyone', deletedAt };
  if (kind !== 'reactionsChanged') return view;
  const { by, added } = reaction ?? {};
  return { messageId, chatId, seq, version, by, added, reactions };
}
