import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EDITS, OLD_CHAT, REACTIONS } from '../floors/duties.sql.js';
import { forgetPeak, peakKiB, residentKiB } from '../memory.js';
import { cpuBetween, cpuNow } from '../proc.js';
import { startOurs, type Subject } from '../subjects/subject.js';
import type { Context } from './context.js';

const FIRST_USER_ID = 700_001;
/** How long the reader takes nothing, in the middle. The server cuts off who takes nothing for a minute. */
const PAUSE_MS = 20_000;

/**
 * The memory of a server that exports a chat: at its highest, over what it has when it is idle. First a tenth of the messages,
 * so that code and first-use caches do not count, then all of them, then all to a reader who pauses in the middle.
 */
export async function runExport(context: Context): Promise<void> {
  const { options, cluster, progress, results } = context;
  const url = await cluster.create('bench_export');
  const server = await startOurs(url);
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  try {
    const chats: number[] = [];
    for (const [nr, messages] of [Math.ceil(options.exportMessages / 10), options.exportMessages].entries()) {
      progress.during(`export: a chat of ${messages} messages`);
      const people = [FIRST_USER_ID + 2 * nr, FIRST_USER_ID + 2 * nr + 1];
      await sql.query(OLD_CHAT, [...people, messages]);
      const { rows } = await sql.query<{ id: string }>('SELECT max(id) AS id FROM chats');
      chats.push(Number(rows[0]?.id));
      await sql.query(EDITS, [chats.at(-1)]);
      await sql.query(REACTIONS, [chats.at(-1), people[0]]);
    }
    await sql.query('VACUUM ANALYZE messages');
    await cluster.settle();
    const [tenth, whole] = chats as [number, number];
    const runs = [
      { what: 'a tenth' as const, chatId: tenth, pauseMs: 0 },
      { what: 'all' as const, chatId: whole, pauseMs: 0 },
      { what: 'all, paused' as const, chatId: whole, pauseMs: PAUSE_MS },
    ];
    for (const { what, chatId, pauseMs } of runs) {
      progress.during(`export, ${what}`);
      const messages = chatId === tenth ? Math.ceil(options.exportMessages / 10) : options.exportMessages;
      await server.probe.request('memory', null);
      const beforeKiB = residentKiB(server.pid);
      forgetPeak(server.pid);
      const watch = { serverPid: server.pid, postmasterPid: cluster.postmasterPid };
      const [start, cpu] = [performance.now(), cpuNow(watch)];
      const { lines, bytes, last } = await read(server, chatId, pauseMs, messages / 2);
      const [ms, used] = [performance.now() - start, cpuBetween(cpu, cpuNow(watch))];
      const peak = peakKiB(server.pid);
      const told = /"message":(\d+)/.exec(last)?.[1];
      if (!last.includes('"type":"end"') || Number(told) !== messages)
        results.problems.push(`export, ${what}: not whole, the last line is ${last.slice(0, 200)}`);
      const per = (micros: number | null) => (micros === null ? null : micros / messages);
      const sample = { what, messages, lines, bytes, ms, pauseMs, beforeKiB, peakKiB: peak };
      results.exports.push({ ...sample, serverUs: per(used.server), databaseUs: per(used.database) });
      progress.line(
        `export, ${what}: ${lines} lines, ${(bytes / 1e6).toFixed(0)} MB in ${(ms / 1000).toFixed(1)} s; ` +
          `${(beforeKiB / 1024).toFixed(0)} MiB before, at most ${(peak / 1024).toFixed(0)} MiB`,
      );
    }
  } finally {
    await sql.end();
    await server.stop();
  }
}

/** Reads an export as it comes, and keeps the last line only. */
async function read(server: Subject, chatId: number, pauseMs: number, pauseAfter: number) {
  const asking = get({ port: server.restPort, host: '127.0.0.1', path: `/chats/${chatId}/export` });
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`export: ${response.statusCode}`);
  let [lines, bytes, rest, paused] = [0, 0, '', false];
  let last = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    bytes += Buffer.byteLength(chunk);
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines += parts.length;
    last = parts.at(-1) ?? last;
    if (!paused && pauseMs > 0 && lines > pauseAfter) {
      paused = true;
      await sleep(pauseMs);
    }
  }
  return { lines, bytes, last };
}
