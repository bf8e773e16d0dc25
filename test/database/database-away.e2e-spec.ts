import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { lockChat } from '../../src/chats/membership.queries.js';
import { type CommandName, commandNames, definitionOf, type MessageView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import type { Answer } from '../../src/contract/index.js';
import { freshDatabase } from '../support/cluster.js';
import { exampleOf, ofAccounts, type Scene } from '../support/examples.js';
import { Proxy } from '../support/proxy.js';
import { inTime } from '../support/time.js';
import { type Client, eventually, World } from '../support/world.js';

/** More than there are connections to the database. */
const MANY = 50;

/** A send as its sender remembers it. */
interface Send {
  sender: Client;
  clientId: string;
  content: string;
  answer: Answer;
}

// An unhandled rejection anywhere in the app fails the test that runs: Jest sees to that.
describe('A database that is away or slow', () => {
  let world: World;
  let proxy: Proxy;
  let truth: pg.Pool;
  let drop: () => Promise<void>;
  let alice: Client;
  let bob: Client;
  let scene: Scene;

  beforeAll(async () => {
    const database = await freshDatabase();
    drop = database.drop;
    proxy = await Proxy.before(database.url);
    truth = new pg.Pool({ connectionString: database.url, max: 2 });
    world = await World.start({ DATABASE_URL: proxy.url });
  });
  afterAll(async () => {
    await proxy.close();
    await world.stop();
    await truth.end();
    await drop();
  });

  beforeEach(async () => {
    const pair = await world.pair();
    ({ alice, bob } = pair);
    const message = await alice.ok<{ id: number }>('sendMessage', { chatId: pair.chatId, content: 'before' });
    scene = {
      userId: alice.userId,
      otherId: bob.userId,
      thirdId: world.newId(),
      chatId: pair.chatId,
      messageId: message.id,
    };
  });

  afterEach(async () => {
    proxy.resume();
    await recovers();
  });

  // By itself: nobody restarts or reconnects anything. Ready means that one connection answers; the others are opened when
  // they are asked for, which takes a busy machine a moment more: until then one may be told to ask again.
  const recovers = () =>
    eventually(async () => {
      if ((await world.http.get('/health/ready')).status !== 200) return false;
      const everyConnection = Array.from({ length: world.config.database.pool }, () =>
        alice.ask('getChats', alice.userId),
      );
      return (await Promise.all(everyConnection)).every(({ ok }) => ok);
    });

  const overSocket = async (client: Client, name: CommandName): Promise<[CommandName, string]> => {
    const answer = await inTime(client.ask(name, exampleOf(definitionOf(name), scene)));
    return [name, answer.ok ? 'ok' : answer.error.code];
  };

  const overRest = async (name: CommandName): Promise<[CommandName, string]> => {
    const definition = definitionOf(name);
    const { method, path } = definition.rest!;
    const input = exampleOf(definition, scene);
    const query = { ...input };
    const filled = path.replaceAll(/:(\w+)/g, (_, field: string) => {
      delete query[field];
      return encodeURIComponent(String(input[field]));
    });
    const asking = world.http[method.toLowerCase() as 'get'](filled);
    if (definitionOf(name).who !== 'application') asking.set('X-User-Id', String(alice.userId));
    const { status, body } = await inTime(method === 'GET' ? asking.query(query) : asking.send(input));
    if (status < 400) return [name, 'ok'];
    expect({ name, status }).toEqual({ name, status: 503 });
    return [name, body.error.code];
  };

  // What the server is, how it does, that it pushes nothing, and who uses a device, it knows without the database.
  const known: CommandName[] = ['getConfig', 'getStatus', 'getPushKey', 'addPushTarget', 'setActive'];
  const served = commandNames.filter((name) => !ofAccounts.includes(name) && !known.includes(name));
  const onSockets = served.filter((name) => definitionOf(name).socket);
  const onRest = served.filter((name) => definitionOf(name).rest);

  /** A socket for each: of a person where the input can't say who asks, and where they must be online. */
  const callersOf = (names: CommandName[]): Promise<Client[]> =>
    Promise.all(
      names.map((name) => {
        if (name === 'watchPresence') return world.person(scene.userId);
        return definitionOf(name).actor.length > 0 ? world.stranger() : world.person();
      }),
    );

  const expectUnavailable = (outcomes: [CommandName, string][]) => {
    expect(outcomes.filter(([, code]) => code !== 'UNAVAILABLE')).toEqual([]);
  };

  const healthAway = async (): Promise<void> => {
    const [ready, live] = await Promise.all([
      inTime(world.http.get('/health/ready')),
      inTime(world.http.get('/health/live')),
    ]);
    expect(ready).toMatchObject({ status: 503, body: { status: 'not ready', database: 'down' } });
    expect(live.status).toBe(200);
  };

  const send = async (sender: Client, content: string): Promise<Send> => {
    const clientId = randomUUID();
    const answer = await inTime(sender.ask('sendMessage', { chatId: scene.chatId, content, clientId }));
    return { sender, clientId, content, answer };
  };

  const sendKeyless = async (sender: Client, content: string): Promise<[CommandName, string]> => {
    const answer = await inTime(
      sender.ask('sendMessage', { senderId: scene.userId, chatId: scene.chatId, content }),
    );
    return ['sendMessage', answer.ok ? 'ok' : answer.error.code];
  };

  /** Sends again with the same key what was not answered ok, as clients do, until it is. */
  const retried = async (sends: Send[]): Promise<MessageView[]> =>
    Promise.all(
      sends.map(async ({ sender, clientId, content, answer }) => {
        for (let last = answer; ;) {
          if (last.ok) return last.data as MessageView;
          expect(['UNAVAILABLE', 'OVERLOADED']).toContain(last.error.code);
          last = await inTime(sender.ask('sendMessage', { chatId: scene.chatId, content, clientId }));
        }
      }),
    );

  /** What senders were told is what is there: each once, with its id and seq, and no gap between them. */
  const expectTold = async (told: MessageView[]): Promise<void> => {
    const { rows } = await truth.query<{ id: number; seq: number; content: string }>(
      'SELECT id, seq, content FROM messages WHERE "chatId" = $1 ORDER BY seq',
      [scene.chatId],
    );
    const there = new Map(rows.map((row) => [row.id, row]));
    for (const { id, seq, content } of told) expect(there.get(id)).toEqual({ id, seq, content });
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
    const contents = rows.map((row) => row.content);
    expect(new Set(contents).size).toBe(contents.length);
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
  };

  describe('frozen', () => {
    it('answers every command UNAVAILABLE in time, on both edges, and serves again when it thaws', async () => {
      const callers = await callersOf(onSockets);
      proxy.freeze();
      const health = healthAway();
      // Not at once: two hundred and fifty callers are more than this process has time for.
      expectUnavailable(await Promise.all(onSockets.map((name, index) => overSocket(callers[index]!, name))));
      expectUnavailable(await Promise.all(onRest.map((name) => overRest(name))));
      await health;
      proxy.resume();
      await recovers();
      // A chat that was to be deleted meanwhile may be gone.
      await alice.ok('sendMessage', { receiverId: bob.userId, content: 'after' });
    });

    it('answers a socket with much to say in time, and it is served again when it thaws', async () => {
      proxy.freeze();
      const names = onSockets.filter((name) => name !== 'deleteChat' && name !== 'userOffline');
      expectUnavailable(await Promise.all([...names, ...names].map((name) => overSocket(alice, name))));
      proxy.resume();
      await recovers();
      await alice.ok('sendMessage', { chatId: scene.chatId, content: 'after' });
      await alice.ok('markAsSeen', { chatId: scene.chatId });
      await alice.ok('getChats', alice.userId);
    });

    it('answers more requests than it has connections in time; a send without a key is there once or not at all', async () => {
      const people = await Promise.all(Array.from({ length: 10 }, () => world.stranger()));
      proxy.freeze();
      const asking = Array.from({ length: MANY }, (_, i) => [
        overSocket(people[i % people.length]!, 'getChat'),
        sendKeyless(people[i % people.length]!, `keyless ${i}`),
        overRest('getMessages'),
        overRest('getUser'),
      ]);
      expectUnavailable(await Promise.all(asking.flat()));
      proxy.resume();
      await recovers();
      expect(await Promise.all(people.map((one) => overSocket(one, 'getChat')))).toEqual(
        people.map(() => ['getChat', 'ok']),
      );
      await expectTold([
        await alice.ok<MessageView>('sendMessage', { chatId: scene.chatId, content: 'last' }),
      ]);
    });

    it('in the middle of sends loses and doubles none', async () => {
      const before = await Promise.all(Array.from({ length: 20 }, (_, i) => send(alice, `before ${i}`)));
      const during = Array.from({ length: 20 }, (_, i) => send(alice, `during ${i}`));
      proxy.freeze();
      const after = Array.from({ length: 20 }, (_, i) => send(alice, `after ${i}`));
      const answered = [...before, ...(await Promise.all([...during, ...after]))];
      proxy.resume();
      await recovers();
      await expectTold(await retried(answered));
    });
  });

  describe('cut off', () => {
    it('again and again in the middle of sends loses and doubles none', async () => {
      const sends: Promise<Send>[] = [];
      for (let round = 0; round < 10; round++) {
        const burst = Array.from({ length: 20 }, (_, i) =>
          send(i % 2 ? alice : bob, `round ${round} send ${i}`),
        );
        sends.push(...burst);
        // Cut once the first of them is under way or done, at another moment each time.
        await (round % 2 ? burst[0] : new Promise(setImmediate));
        proxy.cut();
      }
      const answered = await Promise.all(sends);
      await recovers();
      const acked = answered.filter(({ answer }) => answer.ok);
      await expectTold(acked.map(({ answer }) => (answer as { data: unknown }).data as MessageView));
      await expectTold(await retried(answered));
    });

    it('while idle is not noticed', async () => {
      proxy.cut();
      await recovers();
      await alice.ok('sendMessage', { chatId: scene.chatId, content: 'after' });
      await bob.ok('getChats', bob.userId);
    });
  });

  describe('that refuses connections', () => {
    it('answers UNAVAILABLE in time on both edges, and serves again when it takes them', async () => {
      const callers = await callersOf(onSockets);
      await proxy.refuse();
      // Not at once: two hundred and fifty callers are more than this process has time for.
      expectUnavailable(await Promise.all(onSockets.map((name, index) => overSocket(callers[index]!, name))));
      expectUnavailable(await Promise.all(onRest.map((name) => overRest(name))));
      await healthAway();
      await proxy.accept();
      await recovers();
      await alice.ok('sendMessage', { receiverId: bob.userId, content: 'after' });
      expect((await overRest('getUser'))[1]).toBe('ok');
    });
  });

  describe('of which one backend is killed', () => {
    it('again and again under sends is unnoticed', async () => {
      const answers: Promise<Send>[] = [];
      for (let round = 0; round < 10; round++) {
        answers.push(...Array.from({ length: 20 }, (_, i) => send(alice, `round ${round} send ${i}`)));
        await truth.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'chat-%'
           ORDER BY state = 'active' DESC, random() LIMIT 1`,
        );
      }
      const sends = await Promise.all(answers);
      expect(sends.filter(({ answer }) => !answer.ok)).toEqual([]);
      await expectTold(sends.map(({ answer }) => (answer as { data: unknown }).data as MessageView));
    });
  });

  it('in which another node has frozen with a chat locked delays messages, and fails none', async () => {
    const { alice: carol, bob: dave, chatId } = await world.pair();
    // The chat of carol and dave, in a transaction that goes no further.
    const frozen = Database.open({ url: proxy.url, pool: 1, timeoutMs: 3_000 });
    const held = new Promise<void>((resolve) => {
      void frozen
        .transaction(async (runner) => {
          await lockChat(runner, chatId);
          resolve();
          await new Promise(() => undefined);
        })
        .catch(() => undefined);
    });
    await held;
    await inTime(
      Promise.all([
        carol.ok('sendMessage', { chatId, content: 'to the locked chat' }),
        alice.ok('sendMessage', { receiverId: bob.userId, content: 'to another one' }),
      ]),
    );
    await dave.next('newMessage');
  });

  it('leaves no more connections behind than there may be', async () => {
    await eventually(async () => {
      const { rows } = await truth.query<{ count: number }>(
        `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'chat%'`,
      );
      return rows[0]!.count <= world.config.database.pool;
    });
  });
});
