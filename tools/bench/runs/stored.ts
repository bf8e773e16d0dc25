import pg from 'pg';
import type { Context } from './context.js';

/** Chats whose messages are not exactly 1, 2, 3 … up to the `lastSeq` of the chat. */
const BROKEN_CHATS = `
  SELECT count(*)::int AS count
  FROM chats c
  LEFT JOIN (SELECT "chatId", count(*) AS count, max(seq) AS last FROM messages GROUP BY 1) m ON m."chatId" = c.id
  WHERE coalesce(m.count, 0) <> c."lastSeq" OR coalesce(m.last, 0) <> c."lastSeq"`;

/**
 * Checks after the sending rounds that every acked message is stored once, and that the numbers of no chat have gaps.
 * Speed at the price of lost messages does not count.
 */
export async function checkStored({ fleet, results, progress }: Context): Promise<void> {
  const url = fleet.oursDatabaseUrl;
  if (url === undefined) return;
  const counts = [
    results.pairs,
    results.rate,
    results.group,
    results.largeGroup,
    results.storm,
    results.purge,
  ]
    .flat()
    .flatMap((sample) => (sample.subject === 'ours' && sample.counts ? [sample.counts] : []));
  const acked = counts.reduce((sum, count) => sum + count.acked, results.otherSends);
  const sent = counts.reduce((sum, count) => sum + count.sent, results.otherSends);
  const database = new pg.Client({ connectionString: url });
  await database.connect();
  const rows = await database.query<{ count: number }>('SELECT count(*)::int AS count FROM messages');
  const broken = await database.query<{ count: number }>(BROKEN_CHATS);
  await database.end();
  const stored = rows.rows[0]?.count ?? 0;
  if (stored < acked || stored > sent) {
    results.problems.push(`${stored} messages are stored; ${sent} were sent and ${acked} acked`);
  }
  const gaps = broken.rows[0]?.count ?? 0;
  if (gaps > 0) results.problems.push(`${gaps} chats have gaps in their numbers`);
  progress.line(`stored: ${stored} messages of ${acked} acked, ${gaps} chats with gaps`);
}
