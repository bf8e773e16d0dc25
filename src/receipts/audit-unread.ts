import type { Database } from '../database/database.js';
import { compareUnread } from './unread.queries.js';

/** A membership whose computed number of unread messages differs from the counted one. */
export type UnreadFault = Awaited<ReturnType<typeof compareUnread>>[number];

/** Memberships compared by one statement. */
const CHUNK = 500;

/**
 * Compares, for every membership, the unread number computed from the watermarks with a count of the rows. Each chunk
 * is one statement and so one snapshot: the result is right even while messages are sent.
 */
export async function auditUnread(
  database: Database,
  progress: (looked: number) => void,
): Promise<{ looked: number; faults: UnreadFault[] }> {
  const faults: UnreadFault[] = [];
  let looked = 0;
  let last = { chatId: 0, userId: 0 };
  for (;;) {
    const rows = await compareUnread(database, { after: last, most: CHUNK });
    faults.push(...rows.filter((row) => row.arithmetic !== row.counted));
    looked += rows.length;
    progress(looked);
    const end = rows.at(-1);
    if (!end || rows.length < CHUNK) return { looked, faults };
    last = end;
  }
}
