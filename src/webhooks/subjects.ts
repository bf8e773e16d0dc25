import type { ChatView, MessageView, NotificationDueView, ReactionView } from '../contract/index.js';
import type { Runner } from '../database/statement.js';
import type { InChat } from '../messages/model/message.view.js';
import type { WebhookEvent } from './events.js';
import { subjectsByIds } from './subjects.queries.js';

/** What is noted when a chat is deleted: by the time it is told, the chat is gone. */
interface DeletedChat {
  externalId?: string | null;
  user1Id?: number | null;
  user2Id?: number | null;
}

/** Whom and what an event is about, with the ids that they have in the application. */
export interface Subjects {
  /** `externalId` null: the application has given it none. The chat is null in an event about none. */
  chat: { id: number; externalId: string | null } | null;
  /** By id. Of who was erased, `externalId` and `name` are null. */
  users: { id: number; externalId: string | null; name: string | null }[];
}

/** Everybody whom the data of an event names, and of a new group its first members; read when it is sent. */
export async function subjectsOf(
  runner: Runner,
  { kind, chatId, details }: WebhookEvent,
  data: object,
  inChat: InChat | null,
): Promise<Subjects> {
  const gone = kind === 'chatDeleted' ? ((details ?? {}) as DeletedChat) : null;
  const ids = [inChat?.user1Id, inChat?.user2Id, gone?.user1Id, gone?.user2Id, ...idsIn(kind, data)];
  const userIds = [...new Set(ids.filter(isId))];
  const withMembers = kind === 'newChat';
  const rows = await subjectsByIds(runner, { chatId, userIds, withMembers });
  const chat = rows.find(({ isChat }) => isChat);
  const users = rows.filter(({ isChat }) => !isChat).sort((one, other) => one.id - other.id);
  return {
    chat: { id: chatId, externalId: chat?.externalId ?? gone?.externalId ?? null },
    users: users.map(({ id, externalId, name }) => ({ id, externalId, name })),
  };
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0;

function idsIn(kind: WebhookEvent['kind'], data: object): unknown[] {
  switch (kind) {
    case 'newMessage':
    case 'messageEdited':
      return idsInMessage(data as MessageView);
    case 'notification.due': {
      const { message, users } = data as NotificationDueView;
      return [...idsInMessage(message), ...users.map(({ userId }) => userId)];
    }
    case 'reactionsChanged': {
      const { by, reactions } = data as { by?: number; reactions: ReactionView[] };
      return [by, ...idsInReactions(reactions)];
    }
    case 'newChat':
    case 'chatUpdated': {
      const { user1Id, user2Id } = data as ChatView;
      return [user1Id, user2Id];
    }
    case 'membersAdded':
    case 'memberRemoved':
    case 'memberUpdated': {
      const { by, userId, userIds } = data as Record<string, unknown>;
      return [by, userId, ...listOf(userIds)];
    }
    case 'messageDeleted':
    case 'chatDeleted':
    case 'webhookDisabled':
      return [];
  }
}

function idsInMessage({ senderId, receiverId, replyTo, reactions, metadata, type }: MessageView): unknown[] {
  const { mentions, userId, userIds } = metadata ?? {};
  const inNote = type === 'system' ? [userId, ...listOf(userIds)] : [];
  return [
    senderId,
    receiverId,
    replyTo?.senderId,
    ...listOf(mentions),
    ...inNote,
    ...idsInReactions(reactions),
  ];
}

const idsInReactions = (reactions: readonly ReactionView[]) => reactions.flatMap(({ userIds }) => userIds);

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MOST_IN_A_LIST) : []);

/** As many as a group has members. */
const MOST_IN_A_LIST = 1_000;
