import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { OLD_CHAT } from '../floors/duties.sql.js';
import { cpuBetween, cpuNow } from '../proc.js';
import { authorize } from '../results.js';
import { inTurns, leave, runParams, type Context } from './context.js';

const CHATTER_ID = 600_001;
const OLD_ID = 690_001;
const LOOK_MS = 250;
const LONGEST_MS = 120_000;

/**
 * Users chat in pairs at a moderate rate, once alone and once while a chat of others is purged from its first to
 * its last message, in turns. Measures how much longer they wait, and what the purge costs.
 */
export async function runPurge(context: Context): Promise<void> {
  const { options, fleet, load, results, progress } = context;
  const server = await fleet.server('ours');
  const sql = new pg.Client({ connectionString: fleet.oursDatabaseUrl });
  await sql.connect();
  const watch = { serverPid: server.pid, postmasterPid: context.cluster.postmasterPid };
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const phase of inTurns(['quiet', 'purging'] as const, round)) {
        const title = `purge, round ${round + 1}, ${phase}`;
        progress.during(`${title}: filling a chat`);
        const people = [OLD_ID + 2 * round, OLD_ID + 2 * round + 1];
        if (phase === 'purging') {
          await sql.query(OLD_CHAT, [...people, options.purgeMessages]);
          await sql.query('ANALYZE messages');
        }
        await context.cluster.settle();
        await load.request('openPairs', {
          port: server.port,
          pairs: options.pairs,
          firstUserId: CHATTER_ID,
          address: 'receiver',
        });
        const running = load.request('run', {
          ...runParams(context, server.pid, { rate: options.stormRate }),
          windowMs: LONGEST_MS,
        });
        await sleep(options.warmupMs);
        const [start, cpu] = [performance.now(), cpuNow(watch)];
        if (phase === 'purging') await purge(sql, server.restPort, people, options.purgeMessages);
        else await sleep(options.windowMs);
        const [ms, used] = [performance.now() - start, cpuBetween(cpu, cpuNow(watch))];
        await load.request('cut', null);
        const { ack, receive, counts } = await running;
        authorize(results, title, counts);
        await leave(load, 'ours', server);
        const purged = phase === 'purging' ? options.purgeMessages : 0;
        const cores = (micros: number | null): number | null => (micros === null ? null : micros / 1000 / ms);
        const sample = { subject: 'ours' as const, round, phase, ms, purged, ack, receive, counts };
        results.purge.push({
          ...sample,
          serverCores: cores(used.server),
          databaseCores: cores(used.database),
        });
        progress.line(
          `${title}: ack p50 ${ack.p50.toFixed(2)}  p99 ${ack.p99.toFixed(2)}  max ${ack.max.toFixed(1)} ms` +
            (purged > 0 ? `, ${purged} messages purged in ${(ms / 1000).toFixed(1)} s` : ''),
        );
        // What was put there is not what was sent.
        await sql.query('DELETE FROM chats WHERE "user1Id" = $1', [people[0]]);
      }
    }
  } finally {
    await sql.end();
  }
}

/** Resolves when the whole chat of these users is purged. */
async function purge(sql: pg.Client, port: number, [userId]: number[], messages: number): Promise<void> {
  const chat = await sql.query<{ id: string }>('SELECT id FROM chats WHERE "user1Id" = $1', [userId]);
  const answer = await fetch(`http://127.0.0.1:${port}/chats/${chat.rows[0]?.id}/retention`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ retentionDays: 30 }),
  });
  if (!answer.ok) throw new Error(`setRetention: ${answer.status} ${await answer.text()}`);
  for (const end = performance.now() + LONGEST_MS; ; await sleep(LOOK_MS)) {
    const { rows } = await sql.query<{ purged: number }>(
      'SELECT "purgedSeq"::int AS purged FROM chats WHERE id = $1',
      [chat.rows[0]?.id],
    );
    if (rows[0]?.purged === messages) return;
    if (performance.now() > end) throw new Error('the chat is still not purged: give it fewer messages');
  }
}
