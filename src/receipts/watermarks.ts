import { AppError } from '../contract/index.js';
import { isLockTimeout, isSerializationFault } from '../common/errors/failure.js';
import { Batcher, type Later, type Outcome } from '../common/flow/batcher.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import type { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import type { Mark, MarkedRow, markSeen } from './receipts.queries.js';

const BATCH = { some: 256, most: 1_024 };
const MAX_WAITING = 5_000;

/** Attempts at a statement whose memberships others change at the same moment, before they are locked first. */
const MAX_ATTEMPTS = 3;

/** A statement that moves watermarks, with the one that locks them. */
type Move = Pick<typeof markSeen, 'lock'> &
  ((runner: Runner, marks: readonly Mark[]) => Promise<MarkedRow[]>);

/** Moves watermarks of one kind, in one statement. A mark without an outcome names nothing that the reader may see. */
export async function moveAll(database: Database, move: Move, marks: readonly Mark[]): Promise<MarkedRow[]> {
  const outcomes = outcomesOf(marks, await moved(database, move, marks));
  return outcomes.flatMap((outcome) => (outcome?.ok ? [outcome.result] : []));
}

/** Waits for memberships that somebody else has locked. */
function moved(database: Database, move: Move, marks: readonly Mark[]): Promise<MarkedRow[]> {
  return moveFresh(move, marks, database, (work) => database.transaction(work));
}

/** A membership that somebody else has locked for long is a failure at once (`isLockTimeout`). */
function movedAtOnce(database: Database, move: Move, marks: readonly Mark[]): Promise<MarkedRow[]> {
  return moveFresh(move, marks, database.impatient, (work) => database.transactionAtOnce(work));
}

/**
 * Runs the statement again when a message was deleted, or a watermark moved, while it waited for a membership. Others
 * may do that all the time: at last it runs with the memberships locked before, which nothing can change.
 */
async function moveFresh(
  move: Move,
  marks: readonly Mark[],
  runner: Runner,
  inTransaction: (work: (tx: Runner) => Promise<MarkedRow[]>) => Promise<MarkedRow[]>,
): Promise<MarkedRow[]> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    try {
      return await move(runner, marks);
    } catch (error) {
      if (!isSerializationFault(error)) throw error;
    }
  }
  return inTransaction(async (tx) => {
    await move.lock(tx, marks);
    return move(tx, marks);
  });
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
    const outcomes = outcomesOf(batch, await movedAtOnce(database, move.unlocked, batch));
    const rest = batch.filter((_, index) => !outcomes[index]);
    const waiting = moved(database, move, rest).then((rows) => outcomesOf(rest, rows));
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
        const outcomes = outcomesOf(batch, await movedAtOnce(database, move, batch));
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
