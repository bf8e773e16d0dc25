import { AppError } from '../contract/index.js';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Database } from '../database/database.js';
import type { Mark, MarkedRow, markSeen } from './receipts.queries.js';

const BATCH = { some: 256, most: 1_024 };
const MAX_WAITING = 5_000;

/** Moves watermarks of one kind in batches: marks that arrive during a commit go into the next one together. */
export function watermarks(database: Database, move: typeof markSeen): Batcher<Mark, MarkedRow> {
  return new Batcher<Mark, MarkedRow>({
    async write(batch) {
      const rows = await move(database, batch);
      const outcomes = batch.map((): Outcome<MarkedRow> => ({ ok: false, error: new AppError('NOT_FOUND') }));
      // Of several marks of a reader in one batch, only those that go further than the ones before move the watermark.
      const furthest = new Map<string, number>();
      for (const row of rows.sort((one, other) => one.idx - other.idx)) {
        const membership = `${row.chatId} ${row.userId}`;
        const moved = row.moved && row.seq > (furthest.get(membership) ?? 0);
        if (moved) furthest.set(membership, row.seq);
        outcomes[row.idx - 1] = { ok: true, result: { ...row, moved } };
      }
      return outcomes;
    },
    batch: BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
  });
}
