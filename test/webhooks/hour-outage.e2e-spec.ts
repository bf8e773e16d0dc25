import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { CreatedWebhookView, MessageView, WebhookView } from '../../src/contract/index.js';
import { outage } from '../support/outage.js';
import { ownInstallation, type Program, serving } from '../support/process.js';
import { type Manner, Receiver, waysToBeDown, withoutRepeats } from '../support/receiver.js';
import { pause } from '../support/time.js';
import { eventually } from '../support/world.js';

const { seconds, waits, timeoutMs, leaseMs, everyMs } = outage();
const CHATS = 8;
const MAX_PARKED = 100;

/** How long it may take until all is told once the receivers are well again: none of them waits for its next try then. */
const PATIENCE_MS = 60_000 + 100 * seconds;

jest.setTimeout(120_000 + PATIENCE_MS + 2_000 * seconds);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

posixOnly('Receivers that fail in every way, of two nodes of which one freezes now and then', () => {
  const own = ownInstallation();
  const nodes: { program: Program; rest: string }[] = [];
  const kinds = ['dead', 'wave', 'flaky', 'well'] as const;
  const receivers = new Map<(typeof kinds)[number], Receiver>();
  let sql: pg.Client;

  beforeAll(async () => {
    sql = new pg.Client({ connectionString: own.database.url });
    // The database is dropped under it at the end.
    sql.on('error', () => undefined);
    await sql.connect();
    for (const kind of kinds) receivers.set(kind, await Receiver.start());
    for (let nth = 0; nth < 2; nth++) {
      const program = own.installed.start({
        DATABASE_URL: own.database.url,
        AUTH: 'open',
        WEB: 'off',
        SINK_LEASE_MS: String(leaseMs),
        SINK_POLL_MS: '50',
        OUTBOUND_ALLOW: '127.0.0.1',
        OUTBOUND_PORTS: 'any',
        WEBHOOK_TIMEOUT_MS: String(timeoutMs),
        WEBHOOK_RETRIES: waits,
        WEBHOOK_MAX_PARKED: String(MAX_PARKED),
      });
      nodes.push({ program, rest: (await serving(program)).rest });
    }
  });
  afterAll(async () => {
    for (const { program } of nodes) {
      program.kill('SIGCONT');
      program.end();
    }
    for (const receiver of receivers.values()) await receiver.stop();
    await sql.end();
  });

  it('lose nothing, get it in order under one id, and cost few rows, tries and little memory', async () => {
    const [dead, wave, flaky, well] = kinds.map((kind) => receivers.get(kind)!) as [
      Receiver,
      Receiver,
      Receiver,
      Receiver,
    ];
    const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
      const { rest } = nodes[asked]!;
      const response = await fetch(`${rest}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text) as T;
    };
    /** The node that serves the application: one that is not frozen. */
    let asked = 0;
    const hooks = new Map<Receiver, number>();
    for (const receiver of [dead, wave, flaky, well]) {
      const { id } = await call<CreatedWebhookView>('POST', '/webhooks', {
        url: receiver.url,
        events: ['newMessage', 'messageEdited'],
      });
      hooks.set(receiver, id);
    }
    const get = (receiver: Receiver) => call<WebhookView>('GET', `/webhooks/${hooks.get(receiver)!}`);
    const chats: number[] = [];
    for (let nth = 0; nth < CHATS; nth++)
      chats.push((await call<{ id: number }>('POST', '/chats', { user1Id: 1, user2Id: nth + 2 })).id);

    const expected = new Map<number, string[]>(chats.map((chatId) => [chatId, []]));
    const send = async (nth: number) => {
      const chatId = chats[nth % CHATS]!;
      const { id, seq, version } = await call<MessageView>('POST', `/chats/${chatId}/messages`, {
        senderId: 1,
        content: String(nth),
      });
      expected.get(chatId)!.push(`evt_${chatId}_m${seq}`);
      if (nth % 7 !== 0) return;
      await call('PATCH', `/messages/${id}`, { userId: 1, content: 'changed' });
      expected.get(chatId)!.push(`evt_${chatId}_${version + 1}`);
    };

    // Each in turn, whatever chance does.
    const fails = (): Manner => {
      const all: Manner[] = [
        ...waysToBeDown.map(([, manner]) => manner),
        (_, response) =>
          void response.writeHead(429, { 'retry-after': String(Math.ceil(seconds / 120)) }).end(),
      ];
      let nth = 0;
      return (...args) => all[nth++ % all.length]!(...args);
    };
    const failing = fails();
    dead.manner = failing;
    const flaking = fails();
    flaky.manner = (...args) => (Math.random() < 0.1 ? flaking(...args) : 200);

    // Turns of an eighth each: down, away, refusing some, well.
    const turns: (() => Promise<void>)[] = [
      async () => void (wave.manner = fails()),
      () => wave.goAway(),
      async () => {
        await wave.comeBack();
        wave.manner = ({ body }) => (body.chatId === chats[0] || body.chatId === chats[1] ? 422 : 200);
      },
      async () => void (wave.manner = () => 200),
    ];
    const began = performance.now();
    const part = () => (performance.now() - began) / 1_000 / seconds;
    let turn = -1;
    let freezes = 0;
    let most = { parked: 0, memory: [0, 0] };
    const early = [0, 0];
    let frozenUntil = 0;
    for (let nth = 0; part() < 1; nth++) {
      const now = Math.floor(part() * 8);
      if (now !== turn) {
        await turns[(turn = now) % turns.length]!();
        if (process.env.OUTAGE_SECONDS !== undefined)
          process.stderr.write(
            `${JSON.stringify({ turn, nth, most, came: [dead, wave, flaky, well].map(({ came }) => came.length) })}\n`,
          );
      }
      // Each freezes for longer than a lease, one after the other, eight times in all.
      if (frozenUntil === 0 && part() > (freezes + 0.5) / 8) {
        asked = freezes % 2;
        nodes[1 - asked]!.program.kill('SIGSTOP');
        frozenUntil = performance.now() + 2 * leaseMs;
        freezes++;
      } else if (frozenUntil > 0 && performance.now() > frozenUntil) {
        nodes[1 - asked]!.program.kill('SIGCONT');
        frozenUntil = 0;
      }
      await send(nth);
      if (nth % 20 === 0) {
        const { rows } = await sql.query<{ count: string }>(
          `SELECT count(*) FROM webhook_parked GROUP BY "webhookId" ORDER BY 1 DESC LIMIT 1`,
        );
        const memory = await Promise.all(nodes.map(({ program }) => residentMb(program.pid)));
        if (part() < 0.3) memory.forEach((mb, index) => (early[index] = Math.max(early[index]!, mb)));
        most = {
          parked: Math.max(most.parked, Number(rows[0]?.count ?? 0)),
          memory: memory.map((mb, index) => Math.max(mb, most.memory[index]!)),
        };
      }
      await pause(everyMs);
    }
    for (const { program } of nodes) program.kill('SIGCONT');

    // So long as it fails, nothing is written for the one that takes nothing.
    expect(dead.taken).toEqual([]);
    const { rows: parkedOfDead } = await sql.query(`SELECT 1 FROM webhook_parked WHERE "webhookId" = $1`, [
      hooks.get(dead),
    ]);
    expect(parkedOfDead).toEqual([]);
    const triesOfDead = dead.came.length;
    const { status, failures } = await get(dead);
    expect(status).toBe('paused');

    // They are well again, and their operator does not want to wait.
    if (turn % turns.length === 1) await wave.comeBack();
    for (const receiver of [dead, wave, flaky]) receiver.manner = () => 200;
    const hurry = async (receiver: Receiver) => {
      const id = hooks.get(receiver)!;
      await call('POST', `/webhooks/${id}/enable`, {});
      await call('POST', `/webhooks/${id}/events/replay`, {});
    };
    const isAllAt = (receiver: Receiver) =>
      chats.every((chatId) => withoutRepeats(receiver.of(chatId)).length >= expected.get(chatId)!.length);
    const recovering = performance.now();
    for (const receiver of [dead, wave, flaky, well]) {
      for (const end = performance.now() + PATIENCE_MS; !isAllAt(receiver);) {
        if (performance.now() > end) break;
        await hurry(receiver);
        await pause(200);
      }
    }
    const recoveredMs = performance.now() - recovering;
    const total = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
    const { rows: left } = await sql.query<Record<string, string>>(
      `SELECT (SELECT count(*) FROM webhook_parked) AS parked, (SELECT count(*) FROM webhook_tries) AS tries,
         pg_total_relation_size('webhook_parked') AS "parkedBytes"`,
    );
    const sayings = {
      total,
      freezes,
      recoveredMs: Math.round(recoveredMs),
      triesOfDead,
      failures,
      most,
      early,
      ...left[0],
      repeats: [dead, wave, flaky, well].map(({ taken }) => taken.length - total),
      came: [dead, wave, flaky, well].map(({ came }) => came.length),
    };
    if (process.env.OUTAGE_SECONDS !== undefined) console.log(JSON.stringify(sayings));
    for (const receiver of [dead, wave, flaky, well])
      for (const chatId of chats)
        expect(withoutRepeats(receiver.of(chatId)).map(({ id }) => id)).toEqual(expected.get(chatId));
    // The last one has been answered, and soon is forgotten.
    await eventually(async () => (await sql.query('SELECT 1 FROM webhook_parked')).rows.length === 0);
    // Up to five requests a probe, and a probe more for each time that a node took over.
    expect(triesOfDead).toBeLessThanOrEqual(5 * (failures + freezes + 2));
    // Of each chat one may be under way when it is full.
    expect(most.parked).toBeLessThanOrEqual(MAX_PARKED + CHATS);
    // When a node froze, what was under way and not saved yet comes twice; where one chat waits and others go on, a window.
    for (const { taken } of [dead, wave, well])
      expect(taken.length - total).toBeLessThanOrEqual((freezes + 1) * CHATS * 4);
    expect(flaky.taken.length - total).toBeLessThanOrEqual((freezes + 1) * 1_000);
    for (const [index, mb] of most.memory.entries()) expect(mb).toBeLessThan(early[index]! + 150);
  });
});

/** What a process keeps in memory, in MB; 0 where that cannot be read. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}
