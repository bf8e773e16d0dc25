import { AppError, type MessageView } from '../../contract/index.js';
import type { Runner } from '../../database/database.js';
import { insertSystemMessage, namesOf } from '../../groups/groups.queries.js';
import { toMessageView } from './message.view.js';

/** A system message to write. */
export interface SystemDraft {
  /** Who did what it tells of; null: the application itself. */
  senderId: number | null;
  content: string;
  metadata: Record<string, unknown> | null;
  /** Under which the application finds it when it sends it again; not shown. */
  key?: string | null;
}

interface Chat {
  chatId: number;
  user1Id: number | null;
  user2Id: number | null;
}

/** Writes a system message with the chat's next seq and version. The caller has locked the chat. */
export async function writeSystemMessage(
  runner: Runner,
  chat: Chat,
  { senderId, content, metadata, key = null }: SystemDraft,
): Promise<MessageView> {
  type Row = { id: number; seq: number; version: number; createdAt: string };
  const [row] = await runner.rows<Row>(insertSystemMessage, [
    chat.chatId,
    senderId,
    content,
    metadata === null ? null : JSON.stringify(metadata),
    key,
  ]);
  if (!row) throw new AppError('NOT_FOUND');
  const unchanged = { clientId: null, replyToId: null, reactions: null, editedAt: null, deletedAt: null };
  return toMessageView(
    { ...row, ...unchanged, type: 'system', senderId, content, metadata, seen: false },
    chat,
  );
}

/** What people are called: by their names, else by their ids. */
export type NameOf = (userId: number) => string;

export async function namesFor(runner: Runner, userIds: readonly number[]): Promise<NameOf> {
  const rows = await runner.rows<{ id: number; name: string | null }>(namesOf, [userIds]);
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  return (userId) => names.get(userId) ?? `User ${userId}`;
}
