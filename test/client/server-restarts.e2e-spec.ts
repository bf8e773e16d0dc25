import { setTimeout as pass } from 'node:timers/promises';
import {
  asUser,
  type ChatClient,
  createChat,
  type Room,
  socketIo,
  type Transport,
} from '../../packages/client/src/index.js';
import { judgeStore } from '../../packages/testing/src/judge/judge-database.js';
import { printClient } from '../../packages/testing/src/judge/print-client.js';
import { type Node, ownNodes } from '../support/programs.js';

const WITHIN_MS = 120_000;

/** Makes of everything that a server says what a server of another version would have said. */
type Version = (said: unknown) => unknown;

/** What views did not have in their first form. */
const NEWER = new Set(
  (
    'externalId visibility sending slowModeSeconds addMembers firstSeq retentionDays notify canReact canAddMembers ' +
    'silencedUntil totalUnmuted badge deactivated'
  ).split(' '),
);

const eachObject = (said: unknown, change: (fields: [string, unknown][]) => [string, unknown][]): unknown => {
  if (Array.isArray(said)) return said.map((one) => eachObject(one, change));
  if (typeof said !== 'object' || said === null) return said;
  const fields = Object.entries(said).map(([name, value]): [string, unknown] => [
    name,
    // What an application keeps there is not the server's.
    name === 'metadata' ? value : eachObject(value, change),
  ]);
  return Object.fromEntries(change(fields));
};

const asItIs: Version = (said) => said;
const older: Version = (said) => eachObject(said, (fields) => fields.filter(([name]) => !NEWER.has(name)));
/** Each object has a field more than this client knows. */
const newer: Version = (said) => eachObject(said, (fields) => [...fields, ['later', { than: ['this'] }]]);

/** To a server that moves to other ports, and to other versions. */
class Server implements Transport {
  node!: Node;
  version = asItIs;
  connections = 0;

  open: Transport['open'] = (auth, listener) => {
    const { version } = this;
    this.connections++;
    const link = socketIo(this.node.sockets).open(auth, {
      ...listener,
      event: (name, body) => {
        if (name === 'ready' && version === newer) {
          const { protocol } = body as { protocol: number };
          listener.event(name, { ...(body as object), version: '99.0.0', protocol: protocol + 1 });
          listener.event('happenedLater', { chatId: 1, version: 1 });
        } else listener.event(name, version(body));
      },
    });
    return {
      ask: async (command, input) => {
        const answer = await link.ask(command, input);
        return answer.ok ? { ok: true, data: version(answer.data) } : answer;
      },
      close: () => link.close(),
    };
  };
}

describe('Clients whose server is killed, frozen, and started again as other versions', () => {
  const own = ownNodes();
  const clients: ChatClient[] = [];
  afterEach(() => {
    for (const chat of clients.splice(0)) chat.stop();
  });

  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const end = performance.now() + WITHIN_MS / 2;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`not in time: ${what}`);
      await pass(10);
    }
  };

  it(
    'lose nothing that they send, send nothing twice, and end equal to the tables',
    async () => {
      const server = new Server();
      const start = async (version: Version, before?: Node) => {
        if (before) await own.kill(before);
        server.node = await own.start();
        server.version = version;
      };
      await start(older);
      const people = [1, 2].map((id) => {
        let online = () => {};
        const watch = (attention: { online: () => void }) => {
          ({ online } = attention);
          return () => undefined;
        };
        const chat = createChat({ url: 'http://chat.invalid', auth: asUser(id), transport: server, watch });
        clients.push(chat);
        chat.start();
        return { id, chat, rooms: [] as Room[], online: () => online() };
      });
      const [alice, bob] = people;
      const allAre = (state: string) =>
        Promise.all(people.map((one) => until(state, () => one.chat.connection.get().state === state)));
      const isLive = () => allAre('live');
      await isLive();
      const first = alice!.chat.openDirect(bob!.id);
      const { chatId } = await first.send('first').stored;
      const group = await alice!.chat.call('createGroup', { title: 'Two', memberIds: [bob!.id] });
      for (const person of people) {
        for (const id of [chatId, group.id]) person.rooms.push(person.chat.open(id));
        for (const room of person.rooms) room.members.subscribe(() => undefined);
      }
      await until('listed', () =>
        people.every(({ rooms }) => rooms.every((room) => room.chat.get() !== null)),
      );

      let sent = 0;
      let stored = 0;
      const refused: unknown[] = [];
      const say = () => {
        for (const { rooms } of people) {
          // Each of them writes in both chats by turns.
          const room = rooms[Math.floor(sent++ / people.length) % rooms.length]!;
          room.send(`nr ${sent}`).stored.then(
            () => stored++,
            (error: unknown) => refused.push(error),
          );
        }
      };
      /** They write on, while something is done; ends when another `count` are stored after it. */
      const writing = async (count: number, done: () => Promise<void>) => {
        let writes = true;
        const writer = (async () => {
          for (; writes; await pass(60)) say();
        })();
        await done();
        for (const { online } of people) online();
        const before = stored;
        await until(`${count} more`, () => stored >= before + count);
        writes = false;
        await writer;
      };

      await writing(20, async () => undefined);
      await writing(20, () => start(older, server.node));
      // Asleep for as long as it takes until they notice.
      await writing(20, async () => {
        const { program } = server.node;
        program.kill('SIGSTOP');
        await until('noticed', () => people.some(({ chat }) => chat.connection.get().state !== 'live'));
        program.kill('SIGCONT');
      });
      // Frozen, and killed as it is.
      await writing(20, async () => {
        server.node.program.kill('SIGSTOP');
        await start(newer, server.node);
      });
      await writing(20, () => start(asItIs, server.node));

      await isLive();
      await until('all is sent', () => stored + refused.length === sent);
      expect(refused).toEqual([]);
      const { rows } = await own.sql.query<{ content: string; count: string }>(
        `SELECT content, count(*) FROM messages WHERE content LIKE 'nr %' GROUP BY content`,
      );
      expect(rows.filter(({ count }) => count !== '1')).toEqual([]);
      expect(rows).toHaveLength(sent);
      expect(server.connections).toBeGreaterThanOrEqual(10);
      for (const { chat, rooms, id } of people) {
        for (const room of rooms) while (room.timeline.get().moreBefore) await room.loadBefore();
        // The kit's types are those of the built client.
        const print = () => printClient(chat as never, rooms as never);
        const differences = async () => judgeStore({ databaseUrl: own.url, userId: id, store: print() });
        // What one of them has received is told to the other a moment later.
        for (const end = performance.now() + 20_000; performance.now() < end; await pass(100))
          if ((await differences()).length === 0) break;
        expect((await differences()).map(({ text }) => text)).toEqual([]);
      }
    },
    WITHIN_MS,
  );
});
