import type { CommandInput, MessageView } from '../../contract/index.js';
import { type Shown, shownReactions } from './shown.js';
import type { MessageBody, MessageRow } from '../../database/models/message.model.js';

/** The chat that a message is in. */
export interface InChat {
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
}

/** Keys that the server generates begin with this character, which a client's key can't contain. */
export const OWN_KEY = ' ';

/** The body as the sender gave it; what was left out is null. */
export function bodyOf(input: CommandInput<'sendMessage'>): MessageBody {
  return {
    content: input.content,
    replyToId: input.replyToId ?? null,
    metadata: input.metadata ?? null,
  };
}

/** What the database assigns to a message, with its type, sender and key. */
export type Written = Pick<MessageRow, 'id' | 'seq' | 'version' | 'createdAt'> &
  Pick<MessageRow, 'type' | 'senderId' | 'clientId'>;

/** The row of a message that has just been written. Fields are assigned by name: a spread makes a slow object. */
export function newMessageRow(written: Written, body: MessageBody): MessageRow {
  return {
    id: written.id,
    seq: written.seq,
    version: written.version,
    type: written.type,
    senderId: written.senderId,
    clientId: written.clientId,
    content: body.content,
    replyToId: body.replyToId,
    metadata: body.metadata,
    reactions: null,
    createdAt: written.createdAt,
    editedAt: null,
    deletedAt: null,
    seen: false,
  };
}

/** The other user of a direct chat; null in groups, and when the message has no sender. */
function receiverOf(chat: InChat, senderId: number | null): number | null {
  if (senderId === null) return null;
  return chat.user1Id === senderId ? chat.user2Id : chat.user1Id;
}

/** `shown` left out: the message is no reply, or has no reader in particular. */
export function toMessageView(row: MessageRow, chat: InChat, shown: Shown | null = null): MessageView {
  return {
    id: row.id,
    chatId: chat.chatId,
    seq: row.seq,
    version: row.version,
    type: row.type,
    senderId: row.senderId,
    receiverId: receiverOf(chat, row.senderId),
    content: row.content,
    seen: row.seen,
    clientId: row.clientId?.startsWith(OWN_KEY) ? null : row.clientId,
    replyToId: row.replyToId,
    replyTo: (row.replyToId !== null && shown?.replies.get(row.replyToId)) || null,
    metadata: row.metadata,
    reactions: shownReactions(row, shown && shown.own),
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    deletedAt: row.deletedAt,
  };
}
