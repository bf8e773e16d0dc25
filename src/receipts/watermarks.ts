import { AppError } from '../contract/index.js';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Database } from '../database/database.js';
import type { Mark, MarkedRow, markSeen } from './receipts.queries.js';

const BATCH = { some: 256, most: 1_024 };
const MAX_WAITING = 5_000;

/**
 * Moves watermarks of one kind, in one statement. The rows are in the order of the marks; a mark without a row names
 * nothing that the reader may see.
 */
export async function moveAll(
  database: Database,
  move: typeof markSeen,
  marks: readonly Mark[],
): Promise<MarkedRow[]> {
  const rows = await move(database, marks);
  rows.sort((one, other) => one.idx - other.idx);
  // Of several marks of a reader in one batch, only those that go further than the ones before move the watermark.
  const furthest = new Map<string, number>();
  return rows.map((row) => {
    const membership = `${row.chatId} ${row.userId}`;
    const moved = row.moved && row.seq > (furthest.get(membership) ?? 0);
    if (moved) furthest.set(membership, row.seq);
    return { ...row, moved };
  });
}

/** Moves watermarks of one kind in batches: marks that arrive during a commit go into the next one together. */
export function watermarks(database: Database, move: typeof markSeen): Batcher<Mark, MarkedRow> {
  return new Batcher<Mark, MarkedRow>({
    async write(batch) {
      const outcomes = batch.map((): Outcome<MarkedRow> => ({ ok: false, error: new AppError('NOT_FOUND') }));
      for (const row of await moveAll(database, move, batch))
        outcomes[row.idx - 1] = { ok: true, result: row };
      return outcomes;
    },
    batch: BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
  });
}
