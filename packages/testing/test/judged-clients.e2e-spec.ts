import { clusterUrl } from '../../../test/support/cluster.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pass } from 'node:timers/promises';
import { asUser, createChat } from '@chat-api/client';
import { inPython, python } from '../../../test/support/python.js';
import {
  type ChatServer,
  type Faults,
  type Person,
  printClient,
  type PrintedStore,
  startChatServer,
} from '../src/index.js';
import { eventually } from './client.js';
import { random, Turmoil } from './turmoil.js';

const WITHIN_MS = 180_000;
const STEPS = 250;

const FAULTS: Faults = { drop: 0.1, double: 0.1, delay: 0.1, delayMs: [0, 200], loseAcks: 0.05 };

/** A client under test: it sends, and at the end prints what it has. */
interface Tried {
  say(chatId: number, content: string): void;
  /** When everything is sent. */
  print(): Promise<PrintedStore>;
  stop(): Promise<void>;
}

describe('A client behind the faults proxy ends equal to the tables:', () => {
  let server: ChatServer;
  beforeAll(async () => {
    server = await startChatServer({ databaseUrl: clusterUrl() });
  }, 60_000);
  afterAll(() => server.stop(), 30_000);

  /** Others write, and Alice does, on this client and on another device, while her connection suffers. */
  const suffers = async (seed: number, begin: (alice: Person, chats: number[]) => Promise<Tried>) => {
    const people = await server.people('alice', 'bob', 'carol', 'dave');
    const { alice, bob, carol } = people;
    const direct = people.chat.id;
    const group = (await server.group('Three', [alice, bob, carol])).id;
    const coming = (await server.group('Coming and going', [bob, alice, carol])).id;
    const chance = random(seed);
    const turmoil = new Turmoil(server, people, { direct, group, coming }, chance);
    for (let nr = 0; nr < 20; nr++) await turmoil.step(nr);
    const tried = await begin(alice, [direct, group]);
    try {
      server.faults({ ...FAULTS, seed });
      let said = 0;
      for (let nr = 0; nr < STEPS; nr++) {
        await turmoil.step(nr);
        if (chance() < 0.15) tried.say(chance() < 0.5 ? direct : group, `said ${++said}`);
        if (chance() < 0.04) server.cut(alice);
        if (chance() < 0.1) await pass(50);
      }
      server.faults(null);
      await turmoil.end();
      const store = await tried.print();
      expect((await server.judge(alice, store)).map(({ text }) => text)).toEqual([]);
      const stored = await server.sql<{ content: string }>(
        `SELECT content FROM messages WHERE "senderId" = $1 AND content LIKE 'said %'`,
        [alice.id],
      );
      const removed = await server.sql(
        `SELECT 1 FROM messages WHERE "senderId" = $1 AND "deletedAt" IS NOT NULL`,
        [alice.id],
      );
      expect(new Set(stored.map(({ content }) => content)).size).toBe(stored.length);
      expect(stored.length + removed.length).toBeGreaterThanOrEqual(said);
      const happened = new Set(server.happenings.map(({ fault }) => fault));
      expect([...happened]).toEqual(expect.arrayContaining(['dropped', 'doubled', 'delayed', 'cut']));
      expect(new Set(store.chats.map(({ id }) => id))).toEqual(new Set([direct, group, coming]));
      const loaded = store.chats.filter(({ id }) => id !== coming);
      expect(loaded.every(({ ranges, members }) => ranges.length > 0 && members !== null)).toBe(true);
    } finally {
      server.faults(null);
      await tried.stop();
    }
  };

  it.each([7, 11])(
    'that of this repository (seed %i)',
    (seed) =>
      suffers(seed, async (alice, chats) => {
        const client = createChat({ url: server.url, auth: asUser(alice.id) });
        const rooms = chats.map((id) => client.open(id));
        for (const room of rooms) room.members.subscribe(() => undefined);
        const isLive = () => client.connection.get().state === 'live';
        client.start();
        await eventually(isLive);
        return {
          say: (chatId, content) => void rooms[chats.indexOf(chatId)]!.send(content),
          print: async () => {
            await eventually(() => isLive() && client.outbox.get().length === 0, 60_000);
            server.cut(alice);
            await eventually(() => !isLive());
            await eventually(isLive, 30_000);
            await server.settled();
            await eventually(() => rooms.every((room) => room.members.get() !== null), 30_000);
            return printClient(client, rooms);
          },
          stop: async () => client.stop(),
        };
      }),
    WITHIN_MS,
  );

  inPython('in Python', () => {
    const folder = join(import.meta.dirname, '../examples/python');

    it('the store has what the vectors say', async () => {
      const child = spawn(python!, ['vectors.py', join(import.meta.dirname, '../conformance')], {
        cwd: folder,
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number];
      expect(output).toMatch(/^\d+ vectors, 0 failed\n$/);
      // The guide shows what it prints.
      const guide = join(import.meta.dirname, '../../../docs/guides/clients-in-other-languages.md');
      expect(readFileSync(guide, 'utf8')).toContain(output);
      expect(code).toBe(0);
    });

    it.each([7, 11])(
      'the client of the example (seed %i)',
      (seed) =>
        suffers(seed, async (alice) => {
          const child = spawn(python!, ['chat_client.py', alice.url, String(alice.id)], { cwd: folder });
          let errors = '';
          child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
          const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
          const write = (command: object) => child.stdin.write(`${JSON.stringify(command)}\n`);
          const print = async () => {
            write({ print: true });
            const { value } = (await lines.next()) as { value: string | undefined };
            if (value === undefined) throw new Error(`It has ended: ${errors}`);
            return JSON.parse(value) as PrintedStore;
          };
          await print();
          return {
            say: (chatId, content) => write({ command: 'sendMessage', input: { chatId, content } }),
            print,
            stop: async () => {
              child.kill();
              if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
            },
          };
        }),
      WITHIN_MS,
    );
  });
});
