import { statement } from '../database/statement.js';
import type { Position } from './position.js';

/** SQL: the last id that was taken from a sequence; 0: none was. */
const lastOf = (sequence: string) =>
  `(SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM ${sequence})`;

export const LAST_IDS = `${lastOf('messages_id_seq')}, ${lastOf('outbox_id_seq')}`;

/** The ids that were taken last, by transactions that may still be open. */
export const lastIds = statement.one({
  name: 'changes.lastIds',
  text: `SELECT ${LAST_IDS}`,
  values: (_: undefined) => [],
  row: ([messageId, outboxId]: [number, number]): Position => ({ messageId, outboxId }),
});

/**
 * Takes a number for this transaction: all that were open when it began have lower ones. And the lowest of one that was open
 * then. The upper end of a snapshot would not do, it is past the last transaction that has *ended*. It writes a record
 * of a few bytes that nothing waits for.
 */
export const takeNumber = statement.one({
  name: 'changes.takeNumber',
  text: `
    SELECT pg_current_xact_id()::text::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint`,
  values: (_: undefined) => [],
  row: ([number, lowest]: [number, number]) => ({ number, lowest }),
});

/** The lowest number of a transaction that is open, the one after the last that has ended, and the ids that were taken last. */
export const lowestOpen = statement.one({
  name: 'changes.lowestOpen',
  text: `
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint, ${LAST_IDS}`,
  values: (_: undefined) => [],
  row: ([lowest, next, messageId, outboxId]: [number, number, number, number]) => ({
    lowest,
    next,
    last: { messageId, outboxId } satisfies Position,
  }),
});
