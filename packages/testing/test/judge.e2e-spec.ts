import { clusterUrl } from '../../../test/support/cluster.js';
import { PassThrough } from 'node:stream';
import { asUser, createChat } from '@chat-api/client';
import { judgeCommand } from '../src/bin/judge-command.js';
import {
  type ChatServer,
  FormatError,
  judgeStore,
  type Message,
  type People,
  printClient,
  type PrintedChat,
  type PrintedStore,
  startChatServer,
} from '../src/index.js';
import { eventually } from './client.js';

describe('The judge', () => {
  let server: ChatServer;
  let people: People<readonly ['alice', 'bob', 'carol']>;
  /** What Alice's client shows at the end of the preparation. */
  let printed: PrintedStore;
  let direct: number;
  let group: number;

  /** The preparation: a direct chat and a group, with everything in them that a store has to follow. */
  beforeAll(async () => {
    server = await startChatServer({ databaseUrl: clusterUrl() });
    people = await server.people('alice', 'bob', 'carol');
    const { alice, bob, carol } = people;
    direct = people.chat.id;
    group = (await server.group('Three', [bob, alice, carol])).id;
    const say = (who: typeof alice, chatId: number, content: string, more = {}) =>
      server.rest<Message>('POST', `/chats/${chatId}/messages`, { content, ...more }, who);
    const first = await say(bob, direct, 'first');
    await say(alice, direct, 'second', { replyToId: first.id, metadata: { colour: 'red' } });
    await server.rest('POST', `/chats/${direct}/seen`, { seq: 2 }, bob);
    const noted = await say(carol, group, 'noted', { metadata: { mentions: [alice.id] } });
    const away = await say(bob, group, 'away');
    await say(bob, group, 'last');
    await server.rest('PUT', `/messages/${noted.id}/reactions/${encodeURIComponent('🎉')}`, {}, alice);
    await server.rest('PATCH', `/messages/${noted.id}`, { content: 'edited' }, carol);
    await server.rest('DELETE', `/messages/${away.id}?for=me`, undefined, alice);
    await server.rest('PATCH', `/chats/${direct}/membership`, { pinned: true }, alice);

    const client = createChat({ url: server.url, auth: asUser(alice.id) });
    const rooms = [direct, group].map((id) => client.open(id));
    for (const { members } of rooms) members.subscribe(() => undefined);
    client.start();
    await eventually(
      () =>
        client.connection.get().state === 'live' &&
        rooms.every((room) => room.timeline.get().items.length > 0) &&
        rooms[1]!.members.get() !== null,
    );
    printed = printClient(client, rooms);
    client.stop();
  }, 60_000);
  afterAll(() => server.stop(), 30_000);

  const chatIn = (store: PrintedStore, id: number) => store.chats.find((chat) => chat.id === id)!;
  const newest = (chat: PrintedChat) => chat.ranges.at(-1)!.messages;
  /** What the judge says when the store is changed so. */
  const judged = async (change: (store: PrintedStore) => void) => {
    const store = structuredClone(printed);
    change(store);
    return (await server.judge(people.alice, store)).map(({ text }) => text);
  };

  it('finds nothing in the store of a client that is right', async () => {
    expect(await judged(() => undefined)).toEqual([]);
    expect(printed.inbox).toEqual([direct, group]);
    expect(newest(chatIn(printed, direct)).map(({ seq, seen }) => [seq, seen])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(chatIn(printed, group)).toMatchObject({ unreadMentions: 1, members: [{}, {}, {}] });
    expect(chatIn(printed, group).ranges[0]!.messages.some(({ content }) => content === 'away')).toBe(false);
  });

  it.each<[what: string, change: (store: PrintedStore) => void, says: (string | RegExp)[]]>([
    [
      'a message that is missing',
      (store) => void newest(chatIn(store, direct)).shift(),
      [/^chat \d+, message \d+ \(seq 1\): it is missing in the store$/],
    ],
    [
      'a message that is there twice',
      (store) => void newest(chatIn(store, direct)).push(newest(chatIn(store, direct))[1]!),
      [/\(seq 2\): it is in the store twice/],
    ],
    [
      'a message that was deleted by this person, or never sent',
      (store) =>
        void newest(chatIn(store, direct)).push({ ...newest(chatIn(store, direct))[1]!, id: 999_999 }),
      [/message 999999 \(seq 2\): it is in the store, and not in what this person sees from 1 to 2/],
    ],
    [
      'messages in the wrong order',
      (store) => void newest(chatIn(store, direct)).reverse(),
      [/\(seq 1\): it stands after the message with seq 2/],
    ],
    [
      'a text that is old',
      (store) => void (newest(chatIn(store, direct))[0]!.content = 'old'),
      [/\(seq 1\), content: the store has "old", the tables have "first"/],
    ],
    [
      'data of the application',
      (store) => void (newest(chatIn(store, direct))[1]!.metadata = {}),
      [/metadata: the store has \{\}, the tables have \{"colour":"red"\}/],
    ],
    [
      'what this person may do, and is told',
      (store) => Object.assign(chatIn(store, group), { canSend: false, canAddMembers: true, notify: 'all' }),
      [
        /canSend: the store has false, the tables have true/,
        /canAddMembers: the store has true, the tables have false/,
        /notify: the store has "all", the tables have null/,
      ],
    ],
    [
      'a version of a message',
      (store) => void newest(chatIn(store, direct))[0]!.version++,
      [/\(seq 1\), version: the store has 3, the tables have 2/],
    ],
    [
      'whose a reaction is',
      (store) => {
        for (const { reactions } of newest(chatIn(store, group)))
          for (const reaction of reactions) reaction.mine = false;
      },
      [/reactions: the store has .*"mine":false.*"mine":true/],
    ],
    [
      'a reaction that is missing',
      (store) => {
        for (const message of newest(chatIn(store, group))) message.reactions = [];
      },
      [/reactions: the store has \[\], the tables have \[\{"emoji":"🎉"/],
    ],
    [
      'what a reply shows',
      (store) => void (newest(chatIn(store, direct))[1]!.replyTo = null),
      [/replyTo: the store has null, the tables have \{/],
    ],
    [
      'that it was seen',
      (store) => void (newest(chatIn(store, direct))[1]!.seen = false),
      [/\(seq 2\), seen: the store has false, the tables have true/],
    ],
    [
      'unread messages',
      (store) => void chatIn(store, group).unread++,
      [/^chat \d+, unread: the store has 4, the tables have 3$/],
    ],
    [
      'how far this person has read',
      (store) => void chatIn(store, direct).readSeq--,
      [/readSeq: the store has/],
    ],
    [
      'unread messages of all chats',
      (store) => void (store.unread!.badge = 0),
      ['unread messages of all chats, badge: the store has 0, the tables have 4'],
    ],
    [
      'the version of a chat',
      (store) => void chatIn(store, direct).version--,
      [/^chat \d+, version: the store has/],
    ],
    [
      'the title of a chat',
      (store) => void (chatIn(store, group).title = 'Two'),
      [/title: the store has "Two", the tables have "Three"/],
    ],
    [
      'a setting of this person',
      (store) => void (chatIn(store, direct).pinnedAt = null),
      [/pinnedAt: the store has null/],
    ],
    [
      'the other user of a direct chat',
      (store) => void (chatIn(store, direct).otherUser!.name = 'robert'),
      [/otherUser: the store has .*robert.*bob/],
    ],
    [
      'how far the other user is',
      (store) => void (chatIn(store, direct).otherReadSeq = 1),
      [/otherReadSeq: the store has 1, the tables have 2/],
    ],
    [
      'the order of the list',
      (store) => void store.inbox!.reverse(),
      [/^store, inbox: the store has \[\d+,\d+\], the tables have \[\d+,\d+\]$/],
    ],
    [
      'a chat that is missing',
      (store) => void (store.chats = [chatIn(store, direct)]),
      [/^chat \d+: it is missing in the store$/],
    ],
    [
      'a chat too many',
      (store) => void store.chats.push({ ...chatIn(store, direct), id: 999_999 }),
      ['chat 999999: it is in the store, and no chat of this person'],
    ],
    [
      'a chat that is there twice',
      (store) => void store.chats.push(chatIn(store, direct)),
      [/^chat \d+: it is in the store twice$/],
    ],
    [
      'a member who is missing',
      (store) => void chatIn(store, group).members!.pop(),
      [/^chat \d+, member \d+: they are missing in the store$/],
    ],
    [
      'a member too many',
      (store) => void chatIn(store, group).members!.push({ userId: 999_999, role: 'member' }),
      [/member 999999: they are in the store, and no member$/],
    ],
    [
      'the role of a member',
      (store) => void (chatIn(store, group).members![2]!.role = 'owner'),
      [/, member \d+, role: the store has "owner", the tables have "member"/],
    ],
    [
      'a range without the newest message',
      (store) => {
        const [range] = chatIn(store, direct).ranges;
        range!.messages.pop();
        range!.to--;
      },
      [/the end of the last range: the store has 1, the tables have 2/],
    ],
    [
      'ranges that overlap',
      (store) => {
        const chat = chatIn(store, direct);
        chat.ranges.push(structuredClone(chat.ranges[0]!));
      },
      [/the range 1 to 2 is out of order, or overlaps the one before it/],
    ],
  ])('finds %s', async (_, change, says) => {
    const found = await judged(change);
    expect(found).toHaveLength(says.length);
    for (const [place, text] of says.entries()) {
      if (typeof text === 'string') expect(found[place]).toBe(text);
      else expect(found[place]).toMatch(text);
    }
  });

  it('finds whose store it is not, and chats that were deleted or cleared', async () => {
    expect(
      await server.judge(people.bob, { userId: people.alice.id, chats: [], partial: true }),
    ).toMatchObject([{ where: 'store', field: 'userId' }]);
    const { dave, chat } = await server.people('dave', 'erin');
    await server.rest('POST', `/chats/${chat.id}/messages`, { content: 'gone' }, dave);
    await server.rest('POST', `/chats/${chat.id}/clear`, {}, dave);
    const item = { ...chatIn(printed, direct), id: chat.id };
    expect(await server.judge(dave, { userId: dave.id, chats: [item] })).toMatchObject([
      { text: `chat ${chat.id}: it is in the store, and this person has deleted or cleared it` },
    ]);
    expect(await server.judge(dave, { userId: dave.id, chats: [] })).toEqual([]);
  });

  it('compares what is printed, and leaves out what a client does not keep', async () => {
    const chat = chatIn(printed, direct);
    const { id, version, lastSeq, readSeq, unreadSeq, unread, unreadMentions } = chat;
    const small = { id, version, lastSeq, readSeq, unreadSeq, unread, unreadMentions, ranges: [] };
    const { userId } = printed;
    expect(await server.judge(people.alice, { userId, chats: [small], partial: true })).toEqual([]);
    expect(await server.judge(people.alice, { userId, chats: [small] })).toHaveLength(1);
  });

  it('says every place at which a store is not printed as it should be', async () => {
    const store = structuredClone(printed) as unknown as { userId: string; chats: Record<string, unknown>[] };
    store.userId = '7';
    delete store.chats[0]!['version'];
    store.chats[0]!['verison'] = 3;
    (store.chats[1]!['ranges'] as { messages: Record<string, unknown>[] }[])[0]!.messages[0]!['seq'] = '1';
    const refused = judgeStore({ databaseUrl: server.databaseUrl, userId: people.alice.id, store });
    await expect(refused).rejects.toThrow(FormatError);
    await expect(refused).rejects.toMatchObject({
      faults: [
        'store.userId: expected a whole number',
        'store.chats[0].version: missing',
        'store.chats[0].verison: unknown',
        'store.chats[1].ranges[0].messages[0].seq: expected a whole number',
      ],
    });
  });

  describe('as a program', () => {
    const run = async (args: readonly string[], input: string) => {
      const [output, errors] = [new PassThrough(), new PassThrough()];
      const stdin = new PassThrough();
      stdin.end(input);
      const code = await judgeCommand(args, { input: stdin, output, errors });
      return { code, output: String(output.read() ?? ''), errors: String(errors.read() ?? '') };
    };
    const args = () => ['--database', server.databaseUrl, '--user', String(people.alice.id)];

    it('ends with 0 when the store is equal, and says how much it has compared', async () => {
      expect(await run(args(), JSON.stringify(printed))).toMatchObject({
        code: 0,
        output: expect.stringMatching(/^Equal: 2 chats, \d+ messages\.\n$/),
      });
    });

    it('ends with 1 and prints each difference, as JSON if it is asked to', async () => {
      const store = structuredClone(printed);
      chatIn(store, direct).unread = 17;
      expect(await run(args(), JSON.stringify(store))).toMatchObject({
        code: 1,
        output: `chat ${direct}, unread: the store has 17, the tables have 1\n1 difference.\n`,
      });
      const { code, output } = await run([...args(), '--json'], JSON.stringify(store));
      expect(code).toBe(1);
      expect(JSON.parse(output)).toMatchObject({
        where: `chat ${direct}`,
        field: 'unread',
        store: 17,
        tables: 1,
      });
    });

    it.each<[string, (args: string[]) => string[], string, RegExp]>([
      [
        'a user who is not there',
        ([a, b]) => [a!, b!, '--user', '99999999'],
        '{"userId":1,"chats":[]}',
        /no user/,
      ],
      ['what is no JSON', (all) => all, '{"userId":', /JSON/],
      ['what is no store', (all) => all, '[]', /store: expected an object/],
      ['an unknown option', (all) => [...all, '--strict'], '{}', /--strict/],
      ['no user', ([a, b]) => [a!, b!], '{}', /--user: expected a whole number, got nothing/],
      [
        'a database that is not there',
        (all) => ['--database', 'postgres://127.0.0.1:1/none', ...all.slice(2)],
        '{"userId":1,"chats":[]}',
        /ECONNREFUSED/,
      ],
    ])('ends with 2 and says why, given %s', async (_, change, input, says) => {
      const { code, output, errors } = await run(change(args()), input);
      expect({ code, output }).toEqual({ code: 2, output: '' });
      expect(errors).toMatch(says);
    });
  });
});
