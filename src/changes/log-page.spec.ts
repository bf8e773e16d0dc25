import fc from 'fast-check';
import type { Change } from './log.queries.js';
import { pageOf } from './log-page.js';
import { isAfter, type Position } from './position.js';

const at = (messageId: number, outboxId = 0): Change => ({
  kind: outboxId === 0 ? 'newMessage' : 'messageEdited',
  chatId: 1,
  nr: 1,
  messageId: 1,
  details: null,
  at: '',
  position: { messageId, outboxId },
});
const settled = { messageId: 100, outboxId: 50 };
const places = (changes: readonly Change[]) =>
  changes.map(({ position }) => `${position.messageId}.${position.outboxId}`);

describe('A page of the log', () => {
  it('reaches up to what is settled when both streams end', () => {
    const page = pageOf([at(5), at(5, 1), at(7)], settled, 3);
    expect(places(page.changes)).toEqual(['5.0', '5.1', '7.0']);
    expect(page.upTo).toEqual(settled);
  });

  it('ends with the last message and what was noted right after it, when there are more messages', () => {
    const page = pageOf([at(5), at(7), at(7, 3), at(9, 2)], settled, 2);
    expect(places(page.changes)).toEqual(['5.0', '7.0', '7.3']);
    expect(page.upTo).toEqual({ messageId: 7, outboxId: 3 });
  });

  it('ends with the last noted change, when there are more of those', () => {
    const page = pageOf([at(5), at(5, 1), at(6, 2), at(7)], settled, 2);
    expect(places(page.changes)).toEqual(['5.0', '5.1', '6.2']);
    expect(page.upTo).toEqual({ messageId: 6, outboxId: 2 });
  });
});

/** A log as the database has it: messages and rows of the outbox, each of these after the newest message of its time. */
interface Log {
  messageIds: number[];
  rows: Position[];
}

const START: Position = { messageId: 0, outboxId: 0 };
const END: Position = { messageId: 1_000, outboxId: 1_000 };

/** Ids with gaps, as transactions that are rolled back leave them. */
const logs: fc.Arbitrary<Log> = fc
  .array(fc.record({ isSent: fc.boolean(), gap: fc.integer({ min: 1, max: 3 }) }), { maxLength: 25 })
  .map((steps) => {
    const log: Log = { messageIds: [], rows: [] };
    let { messageId, outboxId } = START;
    for (const { isSent, gap } of steps) {
      if (isSent) log.messageIds.push((messageId += gap));
      else log.rows.push({ messageId, outboxId: (outboxId += gap) });
    }
    return log;
  });

/** What the statement `changes.between` finds: of both streams the first `most`, in order. */
function between({ messageIds, rows }: Log, after: Position, upTo: Position, most: number): Change[] {
  const sent = messageIds.filter((id) => id > after.messageId && id <= upTo.messageId).slice(0, most);
  const noted = rows.filter((row) => isAfter(row, after) && !isAfter(row, upTo)).slice(0, most);
  return [...sent.map((id) => at(id)), ...noted.map((row) => at(row.messageId, row.outboxId))].sort(
    ({ position: one }, { position: other }) => (isAfter(one, other) ? 1 : -1),
  );
}

/** How much is settled, in the order in which it becomes so: of ids that were taken, whether there is something or not. */
const settlings = (log: Log): fc.Arbitrary<Position[]> => {
  const all = [...log.messageIds.map((id) => ({ messageId: id, outboxId: 0 })), ...log.rows];
  const most = Math.max(0, ...log.messageIds) + 2;
  const lastRow = (messageId: number) =>
    Math.max(0, ...log.rows.filter((row) => row.messageId <= messageId).map(({ outboxId }) => outboxId));
  return fc
    .array(fc.oneof(fc.integer({ min: 0, max: most }), fc.constantFrom(...all, START)), { maxLength: 6 })
    .map((some) =>
      some
        .map((one) =>
          typeof one === 'number'
            ? { messageId: one, outboxId: lastRow(one) }
            : { ...one, outboxId: Math.max(one.outboxId, lastRow(one.messageId - 1)) },
        )
        .sort((one, other) => (isAfter(one, other) ? 1 : -1)),
    );
};

it('Whatever is settled when, and however long a page is, all comes once, in order, and nothing that is not settled', () => {
  const cases = logs.chain((log) =>
    fc.record({
      log: fc.constant(log),
      settled: settlings(log),
      most: fc.integer({ min: 1, max: 8 }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ log, settled: all, most }) => {
      let read = START;
      const came: Change[] = [];
      for (const upTo of [...all, END]) {
        for (let pages = 0; isAfter(upTo, read); pages++) {
          const { changes, upTo: next } = pageOf(between(log, read, upTo, most), upTo, most);
          if (!isAfter(next, read) || isAfter(next, upTo) || pages > 60)
            throw new Error(`from ${JSON.stringify(read)} to ${JSON.stringify(next)}`);
          for (const { position } of changes) if (isAfter(position, next)) throw new Error('past its end');
          came.push(...changes);
          read = next;
        }
      }
      const whole = between(log, START, END, Number.MAX_SAFE_INTEGER);
      expect(places(came).join(' ')).toBe(places(whole).join(' '));
    }),
    { numRuns: 10_000 },
  );
});
