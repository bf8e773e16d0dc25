import {
  type CommandName,
  commandNames,
  definitionOf,
  errorCatalogue,
  repliesOf,
} from '../../src/contract/index.js';
import { type Client, World } from '../support/world.js';

interface Exception {
  command: string | null;
  code: string;
  message: string;
  details?: unknown;
}

/** Every event there is for a caller without a callback. */
const replies = commandNames.flatMap((name) => repliesOf(definitionOf(name)));

const socketCommands = commandNames.filter((name) => definitionOf(name).socket);

/** Counts the answers to callbacks that come over the wire, also those that the client would drop. */
function countAnswers(client: Client): () => number {
  let count = 0;
  client.socket.io.engine.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
    if (type === 'message' && typeof data === 'string' && /^3\d/.test(data)) count++;
  });
  return () => count;
}

describe('The caller of a command', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** What each command of the seed and of its history takes from alice, in a chat of hers and bob's. */
  const inputs: [CommandName, (ids: Record<'alice' | 'bob' | 'chatId' | 'messageId', number>) => unknown][] =
    [
      ['userOnline', ({ alice }) => alice],
      ['getOnlineUsers', () => undefined],
      ['getChats', ({ alice }) => alice],
      ['createChat', ({ alice, bob }) => ({ user1Id: alice, user2Id: bob })],
      ['getChat', ({ chatId }) => chatId],
      ['sendMessage', ({ alice, bob }) => ({ senderId: alice, receiverId: bob, content: 'Hello!' })],
      ['getMessages', ({ chatId }) => chatId],
      ['markAsSeen', ({ messageId }) => ({ messageId })],
      ['deleteChat', ({ chatId }) => ({ chatId })],
      ['userOffline', ({ alice }) => alice],
    ];

  /** Alice and bob, a chat of theirs, and a message of bob's in it. */
  const setting = async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await bob.ok<{ id: number }>('sendMessage', { chatId, content: 'hi' });
    await alice.next('newMessage');
    return { alice, ids: { alice: alice.userId, bob: bob.userId, chatId, messageId } };
  };
  /** But for `unreadCount`: whoever reads is told that on all their sockets, a moment later. */
  const heard = (client: Client): unknown[] =>
    [...new Set([...replies, 'exception'])]
      .filter((event) => event !== 'unreadCount')
      .flatMap((event) => client.unread(event));

  it.each(inputs)(
    'gets one answer of %s by the callback and hears no event for it',
    async (command, inputOf) => {
      const { alice, ids } = await setting();
      const answers = countAnswers(alice);
      const input = inputOf(ids);
      const answer = await (input === undefined ? alice.ask(command) : alice.ask(command, input));
      expect(answer).toEqual({ ok: true, data: expect.anything() });
      expect(definitionOf(command).result.safeParse((answer as { data: unknown }).data)).toMatchObject({
        success: true,
      });
      await alice.settled();
      expect(answers()).toBe(2);
      expect(heard(alice)).toEqual([]);
    },
  );

  it.each(inputs)(
    'hears the answer of %s once, as its event, without a callback',
    async (command, inputOf) => {
      const { alice, ids } = await setting();
      const answers = countAnswers(alice);
      const input = inputOf(ids);
      if (input === undefined) alice.emit(command);
      else alice.emit(command, input);
      const { reply, result } = definitionOf(command);
      if (reply !== null) expect(result.safeParse(await alice.next(reply))).toMatchObject({ success: true });
      await alice.settled();
      expect(answers()).toBe(1);
      expect(heard(alice)).toEqual([]);
    },
  );

  it('gets an empty list as an answer, by callback and by event', async () => {
    const client = await world.stranger();
    const nobody = world.newId();
    expect(await client.ask('getChats', nobody)).toEqual({ ok: true, data: [] });
    client.emit('getChats', nobody);
    expect(await client.next('chatsList')).toEqual([]);
  });

  it.each(socketCommands)('gets one answer of %s whatever it sends', async (command) => {
    const client = await world.stranger();
    const answers = countAnswers(client);
    const junk = [
      null,
      {},
      [],
      '',
      'x',
      '1e3',
      -1,
      1.5,
      true,
      { userId: { $ne: 1 } },
      { chatId: [1] },
      ['a', 'b'],
    ];
    const all = await Promise.all([...junk.map((input) => client.ask(command, input)), client.ask(command)]);
    for (const answer of all) {
      if (!answer.ok) expect(Object.keys(errorCatalogue)).toContain(answer.error.code);
    }
    expect(answers()).toBe(junk.length + 1);
    expect(client.unread('exception')).toEqual([]);
  });

  it('gets the fault of its input by the callback: where, and what was expected there', async () => {
    const client = await world.stranger();
    expect(await client.ask('createChat', { user1Id: 1, user2Id: 'two' })).toEqual({
      ok: false,
      error: {
        code: 'VALIDATION_FAILED',
        message: errorCatalogue.VALIDATION_FAILED.message,
        details: [
          {
            path: 'user2Id',
            message:
              'expected an id: an integer from 1 to 9007199254740991, or external: and the externalId of a user',
          },
        ],
      },
    });
  });

  it.each<[string, string, unknown]>([
    ['VALIDATION_FAILED', 'createChat', { user1Id: 1 }],
    ['NOT_FOUND', 'getChat', 987_654_321],
    ['UNAUTHENTICATED', 'getChats', {}],
    ['UNKNOWN_COMMAND', 'makeCoffee', { milk: true }],
    ['UNKNOWN_COMMAND', 'newMessage', { content: 'as if from the server' }],
    ['UNKNOWN_COMMAND', '__proto__', 1],
    ['UNKNOWN_COMMAND', 'constructor', 1],
  ])('is told %s of %s by the callback, else by one exception event, alone', async (code, command, input) => {
    const [client, neighbour] = await Promise.all([world.stranger(), world.person()]);
    const { message } = errorCatalogue[code as keyof typeof errorCatalogue];
    expect(await client.ask(command, input)).toMatchObject({ ok: false, error: { code, message } });
    expect(client.unread('exception')).toEqual([]);

    client.emit(command, input);
    expect(await client.next<Exception>('exception')).toMatchObject({ command, code, message });
    for (const one of [client, neighbour]) {
      await one.settled();
      expect(one.unread('exception')).toEqual([]);
    }
  });

  it('is told which of its commands failed, in the words of the command', async () => {
    const client = await world.stranger();
    client.emit('x'.repeat(500));
    const { command } = await client.next<Exception>('exception');
    expect(command).toBe('x'.repeat(100));
  });

  it('is told so when it sends two payloads; one and nothing is one', async () => {
    const client = await world.stranger();
    expect(await client.refused('getChats', 1, 2)).toBe('VALIDATION_FAILED');
    expect(await client.ask('getChats', world.newId(), null)).toEqual({ ok: true, data: [] });
  });

  it.each([[['polling']], [['websocket']], [['polling', 'websocket']]])(
    'gets answers and events over %j',
    async (transports) => {
      const bob = await world.person(world.newId(), { transports });
      const message = { senderId: world.newId(), receiverId: bob.userId, content: 'Hello!' };
      const sent = await (await world.stranger({ transports })).ok('sendMessage', message);
      expect(await bob.next('newMessage')).toEqual(sent);
      bob.emit('getChats');
      expect(await bob.next('chatsList')).toMatchObject([{ unread: 1, lastMessage: sent }]);
    },
  );

  it('gets its answers when it sends a hundred commands at once', async () => {
    const { alice, ids } = await setting();
    const answers = countAnswers(alice);
    const asked = Array.from({ length: 10 }, () =>
      inputs
        .filter(([command]) => !['deleteChat', 'userOffline', 'getOnlineUsers'].includes(command))
        .map(([command, inputOf]) => alice.ask(command, inputOf(ids))),
    ).flat();
    for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ ok: true });
    expect(answers()).toBe(asked.length);
  });

  it('receives what others do as the same events', async () => {
    const { alice, bob, chatId } = await world.pair();
    const message = await bob.ok<{ id: number }>('sendMessage', { chatId, content: 'hi' });
    expect(await alice.next('newMessage')).toEqual(message);
    const seen = await alice.ok('markAsSeen', message.id);
    expect(await bob.next('messageSeen')).toEqual(seen);
    const deleted = await bob.ok('deleteChat', chatId);
    expect(await alice.next('chatDeleted')).toEqual(deleted);
  });

  describe('over REST', () => {
    it.each<[string, 'get' | 'post' | 'delete', string, number, string]>([
      ['a fault of the input', 'get', '/chats/abc', 400, 'VALIDATION_FAILED'],
      ['what is not there', 'get', '/chats/987654321', 404, 'NOT_FOUND'],
      ['a route there is not', 'get', '/coffee', 404, 'UNKNOWN_COMMAND'],
      ['a method there is not', 'delete', '/chats', 404, 'UNKNOWN_COMMAND'],
      ['a missing body', 'post', '/chats', 400, 'VALIDATION_FAILED'],
    ])('is told of %s in the same form, with a status', async (_, method, path, status, code) => {
      const { body, headers } = await world.http[method](path).expect(status);
      expect(body).toMatchObject({ error: { code, message: expect.any(String) } });
      expect(headers['content-type']).toMatch(/^application\/json/);
    });

    it('is told that authentication is missing', async () => {
      const { chatId } = await world.pair();
      const { body } = await world.http.post(`/chats/${chatId}/messages`).send({ content: 'hi' }).expect(401);
      expect(body.error.code).toBe('UNAUTHENTICATED');
    });

    it('gets the same views as over a socket', async () => {
      const { alice, ids } = await setting();
      const get = async (path: string) =>
        (await world.http.get(path).set('X-User-Id', String(ids.alice)).expect(200)).body;
      expect(await get(`/chats/${ids.chatId}`)).toEqual(await alice.ok('getChat', ids.chatId));
      expect(await get(`/chats/${ids.chatId}/messages`)).toEqual(await alice.ok('getMessages', ids.chatId));
      expect(await get(`/chats/user/${ids.alice}`)).toEqual(await alice.ok('getChats'));
      expect(await get('/users/online')).toEqual(await alice.ok('getOnlineUsers'));
    });
  });
});
