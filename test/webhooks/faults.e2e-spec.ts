import { io, type Socket } from 'socket.io-client';
import pg from 'pg';
import type { CreatedWebhookView } from '../../src/contract/index.js';
import { ownInstallation, type Program, serving } from '../support/process.js';
import { isSigned, Receiver, withoutRepeats } from '../support/receiver.js';
import { eventually } from '../support/world.js';

jest.setTimeout(120_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

/** How long a node may be silent before another one goes on, in milliseconds. */
const LEASE_MS = 600;

posixOnly('Webhooks of several nodes', () => {
  const own = ownInstallation();
  const programs: Program[] = [];
  const sockets: Socket[] = [];
  let sql: pg.Client;
  let receiver: Receiver;

  beforeAll(async () => {
    sql = new pg.Client({ connectionString: own.database.url });
    // The database is dropped under it at the end.
    sql.on('error', () => undefined);
    await sql.connect();
    receiver = await Receiver.start();
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    for (const program of programs) {
      program.kill('SIGCONT');
      program.end();
    }
    await receiver.stop();
    await sql.end();
  });

  async function start(
    variables: Record<string, string>,
  ): Promise<{ program: Program; rest: string; sockets: string }> {
    const program = own.installed.start({
      DATABASE_URL: own.database.url,
      AUTH: 'open',
      WEB: 'off',
      SINK_LEASE_MS: String(LEASE_MS),
      SINK_POLL_MS: '25',
      OUTBOUND_ALLOW: '127.0.0.1',
      OUTBOUND_PORTS: 'any',
      WEBHOOK_TIMEOUT_MS: '1000',
      // A proxy of the environment, at which nobody listens, is not used for calls to receivers.
      HTTP_PROXY: 'http://127.0.0.1:1',
      NODE_USE_ENV_PROXY: '1',
      WEBHOOK_RETRIES: '50ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms,100ms',
      ...variables,
    });
    programs.push(program);
    return { program, ...(await serving(program)) };
  }

  const hook = async (rest: string, events: readonly string[]): Promise<CreatedWebhookView> => {
    const response = await fetch(`${rest}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url, events }),
    });
    return (await response.json()) as CreatedWebhookView;
  };

  async function sender(url: string, userId: number): Promise<Socket> {
    const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { userId } });
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }

  const ask = async <T>(socket: Socket, command: string, data: object): Promise<T> => {
    const answer = (await socket.timeout(8_000).emitWithAck(command, data)) as { ok: boolean; data: T };
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return answer.data;
  };

  it('are sent at least once, in order, under one id, when the node that sends is frozen and woken, and when it is killed', async () => {
    const [one, idle] = await Promise.all([start({}), start({ SINKS: 'off' })]);
    const { secret } = await hook(idle.rest, ['newMessage', 'messageEdited']);
    const alice = await sender(idle.sockets, 1);
    const chats = await Promise.all(
      [2, 3, 4].map(
        async (user2Id) => (await ask<{ id: number }>(alice, 'createChat', { user1Id: 1, user2Id })).id,
      ),
    );
    let nr = 0;
    const expected = new Map<number, string[]>(chats.map((chatId) => [chatId, []]));
    const some = async (count: number) => {
      for (let sent = 0; sent < count; sent++) {
        const chatId = chats[nr++ % chats.length]!;
        const { id, seq, version } = await ask<{ id: number; seq: number; version: number }>(
          alice,
          'sendMessage',
          {
            senderId: 1,
            chatId,
            content: String(nr),
          },
        );
        expected.get(chatId)!.push(`evt_${chatId}_m${seq}`);
        if (nr % 4 !== 0) continue;
        await ask(alice, 'editMessage', { messageId: id, userId: 1, content: 'changed' });
        expected.get(chatId)!.push(`evt_${chatId}_${version + 1}`);
      }
    };
    const holder = async (): Promise<string | undefined> => {
      const { rows } = await sql.query<{ leasedBy: string }>(
        `SELECT "leasedBy" FROM sinks WHERE name LIKE 'webhook%' AND "leasedUntil" > clock_timestamp()`,
      );
      return rows[0]?.leasedBy;
    };
    const another = async (former: string): Promise<string> => {
      let found: string | undefined;
      await eventually(async () => (found = await holder()) !== undefined && found !== former);
      return found!;
    };
    const first = await another('');
    const second = await start({});
    await some(15);
    one.program.kill('SIGSTOP');
    await some(10);
    const next = await another(first);
    await some(10);
    // It wakes and finds that it may not go on.
    one.program.kill('SIGCONT');
    await some(10);
    receiver.manner = () => 500;
    await some(5);
    second.program.kill('SIGKILL');
    receiver.manner = () => 200;
    await some(10);
    expect(await another(next)).toBe(first);
    await eventually(() =>
      chats.every((chatId) => withoutRepeats(receiver.of(chatId)).length >= expected.get(chatId)!.length),
    );
    for (const chatId of chats) {
      expect(withoutRepeats(receiver.of(chatId)).map(({ id }) => id)).toEqual(expected.get(chatId));
    }
    expect(receiver.taken.every((received) => isSigned(received, secret))).toBe(true);
  });

  it('are sent at least once, in order, under one id, when the node that commits and sends is killed again and again', async () => {
    const ROUNDS = Number(process.env.CRASHES ?? 6);
    let between = 0;
    for (const program of programs) program.kill('SIGKILL');
    const userId = 100;
    let chats: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const node = await start({});
      const alice = await sender(node.sockets, userId);
      if (round === 0) {
        await hook(node.rest, ['newMessage']);
        chats = await Promise.all(
          [101, 102, 103].map(
            async (user2Id) =>
              (await ask<{ id: number }>(alice, 'createChat', { user1Id: userId, user2Id })).id,
          ),
        );
      }
      // Killed among commits, with events on their way: after another number of answers in each round.
      const answers = 10 + 17 * (round % 6);
      let answered = 0;
      await new Promise<void>((killed) => {
        const next = (nr: number) => {
          const chatId = chats[nr % chats.length]!;
          alice.emit('sendMessage', { senderId: userId, chatId, content: `${round} ${nr}` }, () => {
            if (++answered === answers) {
              node.program.kill('SIGKILL');
              killed();
            } else if (answered < answers) next(nr + 4);
          });
        };
        for (const nr of [0, 1, 2, 3]) next(nr);
      });
      alice.disconnect();
      await node.program.exited;
      const { rows } = await sql.query<{ count: string }>(
        'SELECT count(*) FROM messages WHERE "chatId" = ANY($1)',
        [chats],
      );
      const told = chats.reduce((sum, chatId) => sum + withoutRepeats(receiver.of(chatId)).length, 0);
      if (Number(rows[0]!.count) > told) between++;
    }
    // Most kills fell between a commit and what tells of it.
    expect(between).toBeGreaterThan(ROUNDS / 2);
    await start({});
    for (const chatId of chats) {
      const { rows } = await sql.query<{ seq: string }>(
        'SELECT seq FROM messages WHERE "chatId" = $1 ORDER BY seq',
        [chatId],
      );
      const all = rows.map(({ seq }) => `evt_${chatId}_m${seq}`);
      expect(all.length).toBeGreaterThan(20);
      await eventually(() => withoutRepeats(receiver.of(chatId)).length >= all.length);
      expect(withoutRepeats(receiver.of(chatId)).map(({ id }) => id)).toEqual(all);
    }
  });
});
