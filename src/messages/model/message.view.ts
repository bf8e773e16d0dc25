import type { CommandInput, MessageView } from '../../contract/index.js';
import type { MessageBody, MessageRow } from '../../database/models/message.model.js';

/** The chat that a message is in. */
export interface InChat {
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
}

/** Keys of the server's own making begin with a character that a client's can't have. */
export const OWN_KEY = ' ';

/** What the sender gives, with null for what is left out. */
export function bodyOf(input: CommandInput<'sendMessage'>): MessageBody {
  return {
    content: input.content,
    replyToId: input.replyToId ?? null,
    metadata: input.metadata ?? null,
  };
}

/** What the database gives a message, and who writes it. */
export type Written = Pick<MessageRow, 'id' | 'seq' | 'version' | 'createdAt'> &
  Pick<MessageRow, 'type' | 'senderId' | 'clientId'>;

/** A message as it is when it has just been written. Assigned by name: a spread would make it a slow object. */
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

/** The other person of a direct chat; null in groups, and for what nobody in particular sent. */
function receiverOf(chat: InChat, senderId: number | null): number | null {
  if (senderId === null) return null;
  return chat.user1Id === senderId ? chat.user2Id : chat.user1Id;
}

export function toMessageView(row: MessageRow, chat: InChat): MessageView {
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
    metadata: row.metadata,
    reactions: row.reactions ?? [],
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    deletedAt: row.deletedAt,
  };
}
