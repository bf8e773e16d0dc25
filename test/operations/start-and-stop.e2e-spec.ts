import { version } from '../../src/common/version.js';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import type { Answer } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { Installation, type Program, serving } from '../support/process.js';
import { Proxy } from '../support/proxy.js';
import { eventually } from '../support/world.js';

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

jest.setTimeout(90_000);

async function post(url: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

describe('The server as a program', () => {
  let installed: Installation;
  beforeAll(async () => {
    installed = await Installation.make();
  });
  afterAll(() => installed.remove());

  describe('with a bad configuration', () => {
    /** What it says of itself, a fault a line, and nothing else. */
    const faultsOf = async (variables: Record<string, string>): Promise<string[]> => {
      const program = installed.start(variables);
      expect(await program.exited).toBe(1);
      return program.output
        .split('\n')
        .filter((line) => line !== '')
        .sort();
    };

    /** Nobody listens there. */
    const nowhere = 'postgres://chat:TopSecret@127.0.0.1:1/chat';

    it('tells all faults at once, in one line each, and ends with 1', async () => {
      expect(
        await faultsOf({
          PORT: 'http',
          SOCKET_PORT: '70000',
          AUTH: 'magic',
          LOG_LEVEL: 'loud',
          DATABASE_POOL: '0',
          DATABASE_TIMEOUT_MS: '1e3',
          PRESENCE_GRACE_MS: '-1',
          ALLOWED_ORIGINS: 'example.com/path',
          NODE_ENV: 'live',
          DATABASE_URL: nowhere,
        }),
      ).toEqual([
        expect.stringMatching(/^ALLOWED_ORIGINS: expected /),
        expect.stringMatching(/^AUTH: expected /),
        expect.stringMatching(/^DATABASE_POOL: expected /),
        expect.stringMatching(/^DATABASE_TIMEOUT_MS: expected /),
        expect.stringMatching(/^DATABASE_URL: cannot connect to 127\.0\.0\.1:1: /),
        expect.stringMatching(/^LOG_LEVEL: expected /),
        expect.stringMatching(/^NODE_ENV: expected /),
        expect.stringMatching(/^PORT: expected /),
        expect.stringMatching(/^PRESENCE_GRACE_MS: expected /),
        expect.stringMatching(/^SOCKET_PORT: expected /),
      ]);
    });

    it('tells of ports in use', async () => {
      const taken = [createServer().listen(0), createServer().listen(0)];
      for (const server of taken) if (!server.listening) await once(server, 'listening');
      const [rest, sockets] = taken.map((server) => String((server.address() as AddressInfo).port));
      expect(await faultsOf({ PORT: rest!, SOCKET_PORT: sockets! })).toEqual([
        `PORT: port ${rest!} is in use by another program: stop it, or choose another port`,
        `SOCKET_PORT: port ${sockets!} is in use by another program: stop it, or choose another port`,
      ]);
      for (const server of taken) server.close();
    });

    it('tells of one port for two things', async () => {
      const free = createServer().listen(0);
      if (!free.listening) await once(free, 'listening');
      const port = String((free.address() as AddressInfo).port);
      free.close();
      expect(await faultsOf({ PORT: port, SOCKET_PORT: port })).toEqual([
        expect.stringMatching(/^SOCKET_PORT: expected a port other than PORT/),
      ]);
    });

    it('tells of a database that is not there, and no secrets', async () => {
      const database = await freshDatabase();
      const proxy = await Proxy.before(database.url);
      proxy.freeze();
      const [wrong, lost] = [new URL(database.url), new URL(database.url)];
      wrong.password = 'TopSecret';
      lost.pathname = '/nowhere';
      const faults = await Promise.all(
        [
          nowhere,
          wrong.href,
          lost.href,
          proxy.url,
          'postgres://[',
          'mysql://root:TopSecret@127.0.0.1/chat',
        ].map((DATABASE_URL) => faultsOf({ DATABASE_URL })),
      );
      for (const lines of faults) {
        expect(lines).toEqual([
          expect.stringMatching(/^DATABASE_URL: (cannot connect to|expected postgres)/),
        ]);
        expect(lines[0]).not.toContain('TopSecret');
      }
      await proxy.close();
      await database.drop();
    });

    it('does not start in open mode in production unless told to', async () => {
      expect(await faultsOf({ NODE_ENV: 'production', DATABASE_URL: nowhere })).toEqual([
        expect.stringMatching(/^AUTH: expected jwt or open/),
        expect.stringMatching(/^DATABASE_URL: /),
      ]);
      expect(await faultsOf({ NODE_ENV: 'production', AUTH: 'open', DATABASE_URL: nowhere })).toEqual([
        expect.stringMatching(/^DATABASE_URL: /),
      ]);
    });

    it('has made no data folder by then', async () => {
      await expect(access(join(installed.folder, '.data'))).rejects.toThrow();
    });
  });

  describe('with its own PostgreSQL', () => {
    /** What was sent in all starts so far. */
    const sent: string[] = [];

    /** Everything that was ever acked is there; one more message is sent. */
    const chatOn = async (rest: string): Promise<void> => {
      const content = `message ${sent.length + 1}`;
      const { id } = await post(`${rest}/chats`, { user1Id: 1, user2Id: 2 });
      await post(`${rest}/chats/${String(id)}/messages`, { senderId: 1, content });
      sent.push(content);
      const page = await get<{ messages: { content: string }[] }>(`${rest}/chats/${String(id)}/messages`);
      expect(page.messages.map((message) => message.content)).toEqual(sent);
    };

    const gone = () => eventually(async () => !(await installed.hasPostgres()));

    it('prints where it serves what, the auth mode, the database and a line to try, which works', async () => {
      const program = installed.start();
      const { rest, sockets } = await serving(program);
      expect(program.output).toMatch(/Documents +http:\S+\/docs/);
      expect(program.output).toMatch(/Auth +open/);
      expect(program.output).toMatch(/Database +embedded PostgreSQL/);
      const [, url, body] = await program.says(
        /curl -X POST (\S+) -H 'Content-Type: application\/json' -d '(.*)'/,
      );
      expect(await post(url!, JSON.parse(body!) as object)).toMatchObject({ id: 1, user1Id: 1, user2Id: 2 });
      expect(await get(`${rest}/health/ready`)).toEqual({ status: 'ready', version, database: 'up' });
      expect(await (await fetch(`${sockets}/socket.io/?EIO=4&transport=polling`)).text()).toMatch(
        /^0\{"sid"/,
      );
      await chatOn(rest);
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(await installed.hasPostgres()).toBe(false);
    });

    it('ends with code 0 at Ctrl-C, and its PostgreSQL with it', async () => {
      const program = installed.start();
      const { rest } = await serving(program);
      await chatOn(rest);
      program.kill('SIGINT');
      expect(await program.exited).toBe(0);
      expect(await installed.hasPostgres()).toBe(false);
      await expect(fetch(`${rest}/health/live`)).rejects.toThrow();
    });

    it('leaves no PostgreSQL after kill -9, or the next start adopts it; what was acked is there', async () => {
      for (let round = 0; round < 2; round++) {
        const program = installed.start();
        const { rest } = await serving(program);
        await chatOn(rest);
        program.kill('SIGKILL');
        await program.exited;
        if (round === 1) await gone();
      }
      const program = installed.start();
      await chatOn((await serving(program)).rest);
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(await installed.hasPostgres()).toBe(false);
    });

    it('ends at once when it is told to while it starts, and leaves nothing', async () => {
      const program = installed.start();
      await program.says(/PostgreSQL/);
      program.kill('SIGTERM');
      await program.exited;
      await gone();
    });

    posixOnly('under npm', () => {
      const npmStart = () => installed.run('npm', ['start'], { PORT: '0', SOCKET_PORT: '0' });

      const expectNothingLeft = async (program: Program): Promise<void> => {
        await program.exited;
        await eventually(() => !program.isGroupAlive);
        await gone();
      };

      it('ends when npm gets a SIGTERM', async () => {
        const program = npmStart();
        const { rest } = await serving(program);
        await chatOn(rest);
        program.kill('SIGTERM');
        await expectNothingLeft(program);
      });

      it('ends when a terminal sends SIGINT to both', async () => {
        const program = npmStart();
        await chatOn((await serving(program)).rest);
        process.kill(-program.pid, 'SIGINT');
        await expectNothingLeft(program);
      });
    });
  });

  describe('stopped under load', () => {
    /** How it ended for one command: an answer, or a connection that closed. */
    type Fate = { clientId: string; answer: Answer | 'closed' };

    const ask = (socket: Socket, command: string, payload: { clientId: string }): Promise<Fate> =>
      new Promise((resolve) => {
        const { clientId } = payload;
        socket.once('disconnect', () => resolve({ clientId, answer: 'closed' }));
        socket.emit(command, payload, (answer: Answer) => resolve({ clientId, answer }));
      });

    it('has kept every message it acked, and has answered every command or closed its socket', async () => {
      const database = await freshDatabase();
      const program = installed.start({ DATABASE_URL: database.url });
      const { rest, sockets } = await serving(program);
      const fates: Promise<Fate>[] = [];
      let acked = 0;
      const people = Array.from({ length: 20 }, (_, i) => i + 1);
      const clients = people.map(() =>
        io(sockets, { transports: ['websocket'], forceNew: true, reconnection: false }),
      );
      await Promise.all(
        clients.map((client) => new Promise<void>((resolve) => client.once('connect', resolve))),
      );
      const talk = async (socket: Socket, senderId: number): Promise<void> => {
        while (socket.connected) {
          const receiverId = (senderId % people.length) + 1;
          const burst = Array.from({ length: 5 }, (_, i) =>
            ask(socket, 'sendMessage', {
              senderId,
              receiverId,
              content: `${i}`,
              clientId: randomUUID(),
            } as never),
          );
          fates.push(...burst);
          for (const { answer } of await Promise.all(burst)) if (answer !== 'closed' && answer.ok) acked++;
        }
      };
      const talking = people.map((senderId, index) => talk(clients[index]!, senderId));
      await eventually(() => acked > 500);
      const asking = Array.from({ length: 20 }, () =>
        fetch(`${rest}/chats/user/1`).then(
          (response) => response.status,
          () => 'closed',
        ),
      );
      const told = performance.now();
      program.kill('SIGTERM');
      expect(await program.exited).toBe(0);
      expect(performance.now() - told).toBeLessThan(25_000);
      await Promise.all(talking);

      for (const status of await Promise.all(asking)) expect([200, 503, 'closed']).toContain(status);
      const truth = new pg.Client({ connectionString: database.url });
      await truth.connect();
      const { rows } = await truth.query<{ clientId: string; count: number }>(
        'SELECT "clientId", count(*)::int AS count FROM messages GROUP BY "clientId"',
      );
      await truth.end();
      const there = new Set(rows.map((row) => row.clientId));
      const outcomes = await Promise.all(fates);
      const okFates = outcomes.filter(({ answer }) => answer !== 'closed' && answer.ok);
      expect(okFates.filter(({ clientId }) => !there.has(clientId))).toEqual([]);
      expect(rows.filter((row) => row.count !== 1)).toEqual([]);
      const refusals = outcomes.flatMap(({ answer }) =>
        answer !== 'closed' && !answer.ok ? [answer.error.code] : [],
      );
      expect(refusals.filter((code) => code !== 'UNAVAILABLE')).toEqual([]);
      await database.drop();
    });
  });
});
