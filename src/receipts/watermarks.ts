import { AppError } from '../contract/index.js';
import { isLockTimeout } from '../common/errors/failure.js';
import { Batcher, type Later, type Outcome } from '../common/flow/batcher.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Database } from '../database/database.js';
import type { Mark, MarkedRow, markSeen } from './receipts.queries.js';

const BATCH = { some: 256, most: 1_024 };
const MAX_WAITING = 5_000;

/** Moves watermarks of one kind, in one statement. A mark without an outcome names nothing that the reader may see. */
export async function moveAll(
  database: Database,
  move: typeof markSeen,
  marks: readonly Mark[],
): Promise<MarkedRow[]> {
  const outcomes = outcomesOf(marks, await move(database, marks));
  return outcomes.flatMap((outcome) => (outcome?.ok ? [outcome.result] : []));
}

/** Milliseconds after a lock that somebody else holds for long in which batches pass by what is locked. */
const CAREFUL_MS = 1_000;

/**
 * Moves watermarks of one kind in batches: marks that arrive during a commit go into the next one together. A mark whose
 * membership somebody else has locked waits by itself.
 */
export function watermarks(database: Database, move: typeof markSeen): Batcher<Mark, MarkedRow> {
  let carefulUntil = 0;

  /** What is not locked, and by themselves those that are, or that name nothing. */
  const passLocked = async (batch: readonly Mark[]): Promise<(Outcome<MarkedRow> | Later<MarkedRow>)[]> => {
    const outcomes = outcomesOf(batch, await move.unlocked(database.impatient, batch));
    const rest = batch.filter((_, index) => !outcomes[index]);
    const waiting = move(database, rest).then((rows) => outcomesOf(rest, rows));
    waiting.catch(() => undefined);
    let nth = 0;
    return outcomes.map((outcome) => {
      if (outcome) return outcome;
      const place = nth++;
      return { later: waiting.then((late) => resultOf(late[place])) };
    });
  };

  return new Batcher<Mark, MarkedRow>({
    async write(batch) {
      if (performance.now() < carefulUntil) return passLocked(batch);
      try {
        const outcomes = outcomesOf(batch, await move(database.impatient, batch));
        return outcomes.map((outcome) => outcome ?? notFound());
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        carefulUntil = performance.now() + CAREFUL_MS;
        return passLocked(batch);
      }
    },
    batch: BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
  });
}

/** Undefined for an entry without a row. */
function outcomesOf(batch: readonly Mark[], rows: MarkedRow[]): (Outcome<MarkedRow> | undefined)[] {
  const outcomes = batch.map((): Outcome<MarkedRow> | undefined => undefined);
  // Of several marks of a reader in one batch, only those that go further than the ones before move the watermark.
  const furthest = new Map<string, number>();
  for (const row of rows.sort((one, other) => one.idx - other.idx)) {
    const membership = `${row.chatId} ${row.userId}`;
    const moved = row.moved && row.seq > (furthest.get(membership) ?? 0);
    if (moved) furthest.set(membership, row.seq);
    outcomes[row.idx - 1] = { ok: true, result: { ...row, moved } };
  }
  return outcomes;
}

function notFound(): Outcome<MarkedRow> {
  return { ok: false, error: new AppError('NOT_FOUND') };
}

function resultOf(outcome = notFound()): MarkedRow {
  if (outcome.ok) return outcome.result;
  throw outcome.error;
}
