import type { Runner } from '../database/statement.js';
import { type Change, changesBetween } from './log.queries.js';
import { isAfter, type Position } from './position.js';

/** A stretch of the log, in order. */
export interface LogPage {
  changes: Change[];
  /** Where the next one begins. */
  upTo: Position;
}

/** Up to `most` messages and as many other changes after a place, of what is settled. */
export async function logPage(
  runner: Runner,
  after: Position,
  settled: Position,
  most: number,
): Promise<LogPage> {
  if (!isAfter(settled, after)) return { changes: [], upTo: after };
  return pageOf(await changesBetween(runner, { after, upTo: settled, most }), settled, most);
}

/** Two streams were read, each up to a limit: what lies beyond the end of the shorter one is read again later. */
export function pageOf(changes: Change[], settled: Position, most: number): LogPage {
  const sent = changes.filter(({ kind }) => kind === 'newMessage');
  const noted = changes.filter(({ kind }) => kind !== 'newMessage');
  const ends: Position[] = [];
  if (sent.length >= most)
    ends.push({ messageId: sent.at(-1)!.position.messageId, outboxId: Number.MAX_SAFE_INTEGER });
  if (noted.length >= most) ends.push(noted.at(-1)!.position);
  const [end, other] = ends;
  if (end === undefined) return { changes, upTo: settled };
  const first = other !== undefined && isAfter(end, other) ? other : end;
  const kept = changes.filter(({ position }) => !isAfter(position, first));
  return { changes: kept, upTo: kept.at(-1)!.position };
}
