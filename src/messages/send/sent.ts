import type { MessageRow } from '../../database/models/message.model.js';
import type { RepliedRow } from '../../chats/shown.queries.js';
import { toReplyTo } from '../model/shown.js';
import { type InChat, newMessageRow, toMessageView } from '../model/message.view.js';
import type { Numbers } from './direct-sends.queries.js';
import type { Entry, Sent } from './draft.js';

/** The answer to the sender of a message that was written. */
export function sentOf(
  { draft, key }: Entry,
  numbers: Numbers,
  chat: InChat,
  reply: RepliedRow | null = null,
): Sent {
  const { id, seq, version, createdAt } = numbers;
  const { senderId, body } = draft;
  const row = newMessageRow({ id, seq, version, createdAt, type: 'text', senderId, clientId: key }, body);
  const shown = reply && { replies: new Map([[reply.messageId, toReplyTo(reply)]]), own: null };
  return {
    message: toMessageView(row, chat, shown),
    user1Id: chat.user1Id,
    user2Id: chat.user2Id,
    written: true,
  };
}

/** The message as it was when it was written, without later changes. */
export const atFirst = (row: MessageRow, { draft }: Entry): MessageRow => newMessageRow(row, draft.body);
