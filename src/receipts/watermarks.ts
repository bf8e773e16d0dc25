import { AppError } from '../contract/index.js';
import { GroupCommit, type Outcome } from '../database/group-commit.js';
import type { Sql, Statement } from '../database/sql.js';
import { ANSWER_WITHIN_MS } from '../realtime/deadlines.js';
import type { MarkedRow } from './receipts.queries.js';

/** A watermark to move: to a message, or to the end of a chat. */
export interface Mark {
  /** null: the receiver of the message. */
  readerId: number | null;
  messageId: number | null;
  chatId: number | null;
}

const MAX_BATCH = 256;
const MAX_WAITING = 5_000;

/** Moves watermarks of one kind: those that arrive while a commit is under way go into the next one together. */
export function watermarks(sql: Sql, statement: Statement): GroupCommit<Mark, MarkedRow> {
  return new GroupCommit<Mark, MarkedRow>({
    async write(batch) {
      const rows = await sql.rows<MarkedRow>(statement, [
        batch.map((mark) => mark.readerId),
        batch.map((mark) => mark.messageId),
        batch.map((mark) => mark.chatId),
      ]);
      const outcomes = batch.map((): Outcome<MarkedRow> => ({ ok: false, error: new AppError('NOT_FOUND') }));
      for (const row of rows) outcomes[row.idx - 1] = { ok: true, result: row };
      return outcomes;
    },
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
  });
}
