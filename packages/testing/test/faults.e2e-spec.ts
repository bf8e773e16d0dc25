import { clusterUrl } from '../../../test/support/cluster.js';
import { type ChatServer, type Faults, type People, startChatServer } from '../src/index.js';
import { Client, eventually } from './client.js';

describe('A fault on the wire', () => {
  let server: ChatServer;
  let people: People<readonly ['alice', 'bob']>;
  let alice: Client;
  let bob: Client;

  beforeAll(async () => {
    server = await startChatServer({ databaseUrl: clusterUrl() });
  }, 60_000);
  afterAll(() => server.stop(), 30_000);

  beforeEach(async () => {
    people = await server.people('alice', 'bob');
    [alice, bob] = await Promise.all([Client.of(people.alice), Client.of(people.bob)]);
    await server.settled();
  });
  afterEach(() => {
    server.faults(null);
    for (const client of [alice, bob]) client.close();
  });

  const all = (count: number) => Array.from({ length: count }, (_, place) => String(place + 1));

  it('drops events', async () => {
    server.faults({ drop: 0.5, events: ['newMessage'] });
    await alice.send(people.chat.id, 20);
    await server.settled();
    const dropped = server.happenings.filter(({ fault, person }) => fault === 'dropped' && person === 'bob');
    expect(dropped.length).toBeGreaterThan(2);
    expect(bob.contents).toHaveLength(20 - dropped.length);
    expect(all(20)).toEqual(expect.arrayContaining(bob.contents));
    expect((await server.truth(people.chat.id)).messages).toHaveLength(20);
  });

  it('doubles events', async () => {
    server.faults({ double: 1, events: ['newMessage'] });
    await alice.send(people.chat.id, 3);
    await server.settled();
    expect(bob.contents).toEqual(['1', '1', '2', '2', '3', '3']);
  });

  it('delays events, so that later ones overtake them, and `settled` waits for them', async () => {
    server.faults({ delay: 0.5, delayMs: [200, 300], events: ['newMessage'] });
    await alice.send(people.chat.id, 10);
    await server.settled();
    expect(bob.contents).not.toEqual(all(10));
    expect([...bob.contents].sort()).toEqual(all(10).sort());
  });

  it('keeps the order of what it does not delay', async () => {
    server.faults({ drop: 0.2, double: 0.2, events: ['newMessage'] });
    await alice.send(people.chat.id, 20);
    await server.settled();
    expect(bob.contents.map(Number)).toEqual(bob.contents.map(Number).sort((a, b) => a - b));
  });

  it('loses answers to commands that were executed', async () => {
    server.faults({ loseAcks: 1, commands: ['sendMessage'] });
    const clientId = 'one-and-the-same';
    const send = () => alice.ask('sendMessage', { chatId: people.chat.id, content: 'hi', clientId }, 500);
    await expect(send()).rejects.toThrow('timed out');
    await server.settled();
    server.faults(null);
    expect(await send()).toMatchObject({ ok: true, data: { seq: 1 } });
    expect((await server.truth(people.chat.id)).messages).toMatchObject([{ content: 'hi', clientId }]);
  });

  it('refuses commands, which then are not executed', async () => {
    server.faults({ refuse: { code: 'RATE_LIMITED', rate: 1, retryAfterMs: 70, commands: ['sendMessage'] } });
    const input = { chatId: people.chat.id, content: 'hi' };
    expect(await alice.ask('sendMessage', input)).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', retryAfterMs: 70 },
    });
    alice.socket.emit('sendMessage', input);
    await eventually(() => alice.events('exception').length > 0);
    expect(alice.events('exception')).toMatchObject([{ command: 'sendMessage', code: 'RATE_LIMITED' }]);
    expect((await server.truth(people.chat.id)).messages).toEqual([]);
    expect(await alice.ask('getMe')).toMatchObject({ ok: true });
  });

  it('is the same with the same seed, whoever the people are', async () => {
    const run = async (faults: Faults) => {
      const { alice, bob, chat } = await server.people('alice', 'bob');
      const clients = await Promise.all([Client.of(alice), Client.of(bob)]);
      await server.settled();
      server.faults(faults);
      const before = server.happenings.length;
      await clients[0].send(chat.id, 25);
      await server.settled();
      const done = server.happenings.slice(before);
      const heard = clients[1].events('newMessage').map(({ content }) => content);
      for (const client of clients) client.close();
      await eventually(() => server.connections(alice) + server.connections(bob) === 0);
      return { heard, ofBob: done.filter(({ person }) => person === 'bob') };
    };
    const faults = { drop: 0.2, double: 0.2, events: ['newMessage'] };
    const [first, second, other] = [
      await run({ ...faults, seed: 7 }),
      await run({ ...faults, seed: 7 }),
      await run({ ...faults, seed: 8 }),
    ];
    expect(first.ofBob.length).toBeGreaterThan(3);
    expect(second).toEqual(first);
    expect(other.heard).not.toEqual(first.heard);
  });

  it('cuts the connections of one person, who may come back', async () => {
    const id = bob.socket.id;
    server.cut(people.bob);
    await eventually(() => bob.events('ready').length === 2);
    expect(bob.socket.id).not.toBe(id);
    expect(alice.events('ready')).toHaveLength(1);
    await alice.send(people.chat.id, 1);
    await eventually(() => bob.contents.length === 1);
  });

  it('cuts everybody', async () => {
    server.cut();
    await eventually(() => [alice, bob].every((client) => client.events('ready').length === 2));
  });

  it('takes one person offline until they are online again, for sockets and REST', async () => {
    server.offline(people.bob);
    await eventually(
      () => !bob.socket.connected && server.happenings.some(({ fault }) => fault === 'turned away'),
    );
    const asked = () =>
      fetch(`${server.url}/chats/${people.chat.id}`, { headers: { 'X-User-Id': String(people.bob.id) } });
    await expect(asked()).rejects.toThrow('fetch failed');
    expect(server.connections(people.bob)).toBe(0);
    await alice.send(people.chat.id, 1);
    expect(bob.contents).toEqual([]);
    server.online(people.bob);
    await eventually(() => bob.socket.connected && server.connections(people.bob) === 1);
    expect((await asked()).status).toBe(200);
  });

  it('turns away who says only later who they are', async () => {
    server.offline(people.bob);
    const late = await new Promise<Client['socket']>((resolve) => {
      const { socket } = bob;
      socket.auth = {};
      socket.once('connect', () => resolve(socket));
    });
    const closed = new Promise((resolve) => late.once('disconnect', resolve));
    late.emit('userOnline', people.bob.id);
    expect(await closed).toBe('transport close');
    server.online(people.bob);
  });

  it('freezes a connection, and hands on what was held in its order', async () => {
    server.freeze(people.bob);
    await alice.send(people.chat.id, 5);
    const answer = bob.ask('getMe');
    await expect(server.settled({ withinMs: 300 })).rejects.toThrow('a connection of bob is frozen');
    expect(bob.contents).toEqual([]);
    expect(bob.socket.connected).toBe(true);
    server.resume(people.bob);
    expect(await answer).toMatchObject({ ok: true });
    expect(bob.contents).toEqual(all(5));
    expect(bob.events('ready')).toHaveLength(1);
  });

  it.each([
    ['everybody', () => undefined],
    ['the person', () => people.bob],
  ])('freezes connections that are opened meanwhile as well: of %s', async (_, who) => {
    server.freeze(who());
    server.cut(people.bob);
    const isOnline = async () =>
      (await server.rest<{ userId: number }[]>('GET', '/users/online')).some(
        ({ userId }) => userId === people.bob.id,
      );
    await eventually(async () => server.connections() === 2 && !(await isOnline()));
    await expect(server.settled({ withinMs: 300 })).rejects.toThrow('is frozen');
    expect(bob.socket.connected).toBe(false);
    expect(await isOnline()).toBe(false);
    server.resume(who());
    await eventually(() => bob.events('ready').length === 2);
    await eventually(isOnline);
  });

  it('can be watched', async () => {
    const passed: string[] = [];
    const stop = server.watch(({ kind, name, person }) => {
      if (person === people.alice.id) passed.push(`${kind} ${name}`);
    });
    await alice.send(people.chat.id, 1);
    stop();
    await alice.send(people.chat.id, 1);
    expect(passed).toEqual(['command sendMessage', 'answer sendMessage']);
  });

  it('says what it does not know', () => {
    expect(() => server.faults({ drops: 0.1 } as Faults)).toThrow('faults.drops: unknown');
  });
});
