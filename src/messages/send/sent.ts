import { toMessageView } from '../model/message.view.js';
import type { Numbers } from './direct-sends.queries.js';
import type { Entry, Sent } from './draft.js';

/** A message that was written, as its sender is told of it. */
export function sentOf(
  { draft, key }: Entry,
  { id, seq, version, createdAt }: Numbers,
  chat: { chatId: number; user1Id: number | null; user2Id: number | null },
): Sent {
  const message = toMessageView(
    {
      id,
      seq,
      version,
      type: 'text',
      senderId: draft.senderId,
      clientId: key,
      content: draft.content,
      replyToId: draft.replyToId,
      metadata: draft.metadata,
      reactions: null,
      createdAt,
      editedAt: null,
      deletedAt: null,
      seen: false,
    },
    chat,
  );
  return { message, user1Id: chat.user1Id, user2Id: chat.user2Id, written: true };
}

/** What its sender knew of a message when it was written. */
export function atFirst({ draft }: Entry) {
  return {
    content: draft.content,
    replyToId: draft.replyToId,
    metadata: draft.metadata,
    reactions: null,
    editedAt: null,
    deletedAt: null,
    seen: false,
  };
}
