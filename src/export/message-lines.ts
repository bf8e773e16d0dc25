import { PAGE_BYTES } from '../common/page-bytes.js';
import type { ExportedMessage, UserExportLine } from '../contract/index.js';
import type { Database } from '../database/database.js';
import { OWN_KEY } from '../messages/model/message.view.js';
import { editsAfter, type MessageToExport, type ReactionToExport, reactionsTo } from './messages.queries.js';
import { pagesOf } from './pages.js';

/** Messages, reactions and edits that one statement reads. Pages of messages end at 256 KiB as well. */
export const MESSAGES_AT_ONCE = 200;
export const ROWS_AT_ONCE = 500;
const EDITS_AT_ONCE = 20;
export const MESSAGES_BYTES = PAGE_BYTES;

/** A line about messages, which both exports have. */
export type MessageLine = Extract<UserExportLine, { type: 'message' | 'edit' | 'reaction' }>;

const toExported = ({ hasReactions: _, ...row }: MessageToExport): ExportedMessage => ({
  ...row,
  clientId: row.clientId?.startsWith(OWN_KEY) ? null : row.clientId,
});

export const toReactionLine = (data: ReactionToExport): MessageLine => ({ type: 'reaction', data });

/** Messages of a page, and behind them what they said earlier; with `reactions` all of these, too. */
export async function* messageLines(
  database: Database,
  messages: readonly MessageToExport[],
  { reactions }: { reactions: boolean },
): AsyncGenerator<MessageLine[]> {
  yield messages.map((row) => ({ type: 'message', data: toExported(row) }));
  for (const { id: messageId, editedAt } of messages) {
    if (editedAt !== null) yield* editLines(database, messageId);
  }
  if (reactions) yield* reactionLines(database, messages);
}

function editLines(database: Database, messageId: number): AsyncGenerator<MessageLine[]> {
  return pagesOf(
    (last: { nr: number; content: string; at: string } | null) =>
      editsAfter(database, { messageId, after: last?.nr ?? 0, most: EDITS_AT_ONCE }),
    ({ content, at }): MessageLine => ({ type: 'edit', data: { messageId, content, at } }),
  );
}

async function* reactionLines(
  database: Database,
  messages: readonly MessageToExport[],
): AsyncGenerator<MessageLine[]> {
  const ids = messages.filter(({ hasReactions }) => hasReactions).map(({ id }) => id);
  if (ids.length === 0) return;
  yield* pagesOf(
    (last: ReactionToExport | null) =>
      reactionsTo(database, {
        ids: ids.filter((id) => last === null || id >= last.messageId),
        last,
        most: ROWS_AT_ONCE,
      }),
    toReactionLine,
  );
}
