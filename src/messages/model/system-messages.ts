import type { MessageView } from '../../contract/index.js';
import type { Runner } from '../../database/statement.js';
import { bodyOf, type InChat, newMessageRow, toMessageView } from './message.view.js';
import { shownText } from './shown-text.js';
import { insertSystemMessage, namesOf } from './system-message.queries.js';

/** A system message to write. */
export interface SystemDraft {
  /** The user whose action the message reports; null: the application itself. */
  senderId: number | null;
  content: string;
  metadata: Record<string, unknown> | null;
  /** The application's idempotency key; clients do not see it. */
  key?: string | null;
  /** Whether it is a note of the server about a change: then it counts as unread for nobody. */
  isNote?: boolean;
}

/** Writes a system message with the chat's next seq and version. The caller has locked the chat. */
export async function writeSystemMessage(
  runner: Runner,
  chat: InChat,
  { senderId, content, metadata, key = null, isNote = false }: SystemDraft,
): Promise<MessageView> {
  const written = await insertSystemMessage(runner, {
    chatId: chat.chatId,
    senderId,
    content,
    metadata,
    key,
    isNote,
  });
  const row = newMessageRow(
    { ...written, type: 'system', senderId, clientId: null },
    bodyOf({ content, metadata: metadata ?? undefined }),
  );
  return toMessageView(row, chat);
}

/** Gives the display name of a user, safe and short: the name, or else the id. */
export type NameOf = (userId: number) => string;

export async function namesFor(runner: Runner, userIds: readonly number[]): Promise<NameOf> {
  const rows = await namesOf(runner, userIds);
  const names = new Map(rows.map(({ id, name }) => [id, shownText(name ?? '')]));
  return (userId) => names.get(userId) || `User ${userId}`;
}
