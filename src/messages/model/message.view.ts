import type { MessageView, ReactionView } from '../../contract/index.js';

/** A message as statements select it. */
export interface MessageRow {
  id: number;
  seq: number;
  version: number;
  type: MessageView['type'];
  senderId: number | null;
  clientId: string | null;
  content: string;
  replyToId: number | null;
  metadata: Record<string, unknown> | null;
  reactions: ReactionView[] | null;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
  seen: boolean;
}

/** The chat that a message is in. */
interface InChat {
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
}

/** Keys of the server's own making begin with a character that a client's can't have. */
export const OWN_KEY = ' ';

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
