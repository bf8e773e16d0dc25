import { clusterUrl } from '../../../test/support/cluster.js';
import { type ChatServer, type Message, type Person, RestError, startChatServer } from '../src/index.js';
import { Client, eventually } from './client.js';

interface Page {
  messages: Message[];
}

describe('With tokens', () => {
  let server: ChatServer;

  beforeAll(async () => {
    server = await startChatServer({
      databaseUrl: clusterUrl(),
      auth: 'jwt',
      env: { ACCESS_TOKEN_SECONDS: '60' },
    });
  }, 60_000);
  afterAll(() => server.stop(), 30_000);

  const say = (who: Person, chatId: number, content: string, more: object = {}) =>
    server.rest<Message>('POST', `/chats/${chatId}/messages`, { content, ...more }, who);

  describe('people', () => {
    it('connect with their tokens, as the server then calls them', async () => {
      const { alice, bob, chat } = await server.people('alice', 'bob');
      expect(alice).toMatchObject({ name: 'alice', url: server.url, auth: { token: alice.token } });
      const client = await Client.of(bob);
      expect(client.events('ready')).toMatchObject([{ user: { id: bob.id, name: 'bob' }, auth: 'jwt' }]);
      expect(chat).toMatchObject({ type: 'direct', user1Id: alice.id, user2Id: bob.id });
      client.close();
    });

    it('are new ones at each call, and one of them has no chat', async () => {
      const [first, second] = [await server.people('carol'), await server.people('carol')];
      expect(first.carol.id).not.toBe(second.carol.id);
      expect(first.chat).toBeNull();
    });

    it('have names of their own', async () => {
      await expect(server.people('alice', 'alice')).rejects.toThrow('a name of their own');
      await expect(server.people('chat')).rejects.toThrow('other than `chat`');
    });

    it('get new tokens, which live as long as is asked for', async () => {
      const { alice } = await server.people('alice');
      const token = await server.token(alice, 3);
      expect(token).not.toBe(alice.token);
      const me = () => fetch(`${server.url}/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
      expect((await me()).status).toBe(200);
      await eventually(async () => (await me()).status === 401);
    });

    it('are known to the proxy by their tokens, for sockets and REST', async () => {
      const { alice, bob } = await server.people('alice', 'bob');
      const clients = await Promise.all([Client.of(alice), Client.of(bob)]);
      server.offline(bob);
      await eventually(() => !clients[1].socket.connected);
      expect(server.connections(alice)).toBe(1);
      const me = (token: string | null) =>
        fetch(`${server.url}/auth/me`, { headers: { Authorization: `Bearer ${token}` } });
      expect((await me(alice.token)).status).toBe(200);
      await expect(me(bob.token)).rejects.toThrow('fetch failed');
      server.online(bob);
      await eventually(() => clients[1].socket.connected);
      for (const client of clients) client.close();
    });

    it('are in groups without being asked, the first of them as owner', async () => {
      const { alice, bob, carol } = await server.people('alice', 'bob', 'carol');
      const group = await server.group('Three', [alice, bob, carol]);
      expect((await server.truth(group.id)).members).toMatchObject([
        { userId: alice.id, role: 'owner', name: 'alice' },
        { userId: bob.id, role: 'member' },
        { userId: carol.id, role: 'member' },
      ]);
    });

    it('are refused as the server refuses them', async () => {
      const { alice, chat } = await server.people('alice', 'bob');
      const { carol } = await server.people('carol');
      const refused = say(carol, chat.id, 'may I?');
      await expect(refused).rejects.toThrow(RestError);
      await expect(refused).rejects.toMatchObject({ status: 404, code: 'NOT_FOUND' });
      expect((await say(alice, chat.id, 'yes')).seq).toBe(1);
    });
  });

  describe('the truth', () => {
    /** What REST shows of the same chat, to the application and to each person. */
    async function expectAsRest(chatId: number, people: readonly Person[]): Promise<void> {
      const truth = await server.truth(chatId);
      const read = async <T>(path: string, as?: Person) =>
        server.rest<T>('GET', `/chats/${chatId}${path}`, undefined, as);
      const { messages } = await read<Page>('/messages?limit=100');
      expect(truth.messages).toEqual(messages);
      expect(await read('')).toMatchObject({ ...truth.chat });
      expect((await read<{ members: unknown[] }>('/members')).members).toEqual(truth.members);
      for (const person of people) {
        const seen = truth.as(person);
        expect(seen.messages).toEqual((await read<Page>('/messages?limit=100', person)).messages);
        const { unread, unreadMentions, unreadSeq } = seen.watermark;
        expect(await read('/unread', person)).toMatchObject({ unread, unreadMentions, unreadSeq });
      }
    }

    it('of a direct chat is what REST shows to each', async () => {
      const { alice, bob, chat } = await server.people('alice', 'bob');
      const first = await say(alice, chat.id, 'a '.repeat(200));
      const second = await say(bob, chat.id, 'second', { replyToId: first.id, metadata: { colour: 'red' } });
      const third = await say(alice, chat.id, 'third', { clientId: 'of-alice', replyToId: second.id });
      const fourth = await say(bob, chat.id, 'fourth');
      await server.rest('PATCH', `/messages/${fourth.id}`, { content: 'mended' }, bob);
      await server.rest('PUT', `/messages/${third.id}/reactions/${encodeURIComponent('❤️')}`, {}, bob);
      await server.rest('PUT', `/messages/${third.id}/reactions/${encodeURIComponent('👍')}`, {}, alice);
      await server.rest('POST', `/chats/${chat.id}/seen`, { seq: 1 }, bob);
      await server.rest('DELETE', `/messages/${second.id}?for=me`, undefined, alice);
      await server.rest('DELETE', `/messages/${first.id}?for=everyone`, undefined, alice);
      await expectAsRest(chat.id, [alice, bob]);

      const truth = await server.truth(chat.id);
      expect(truth.hidden).toEqual([{ userId: alice.id, messageId: second.id }]);
      expect(truth.as(alice).messages.map(({ seq }) => seq)).toEqual([1, 3, 4]);
      expect(truth.reactions).toMatchObject([
        { messageId: third.id, userId: bob.id },
        { messageId: third.id, userId: alice.id, emoji: '👍' },
      ]);
      expect(truth.as(alice).messages[1]).toMatchObject({
        replyTo: null,
        reactions: [{ mine: false }, { mine: true }],
      });
    });

    it('of a group is what REST shows to each, to those who came later as well', async () => {
      const { alice, bob, carol } = await server.people('alice', 'bob', 'carol');
      const { id } = await server.group('Hidden history', [alice, bob]);
      await server.rest('PATCH', `/chats/${id}`, { historyVisible: 'fromJoin' }, alice);
      const before = await say(alice, id, 'before');
      await server.rest('POST', `/chats/${id}/members`, { userIds: [carol.id] });
      await say(bob, id, 'welcome', { replyToId: before.id, metadata: { mentions: [carol.id] } });
      await server.rest('PATCH', `/chats/${id}/membership`, { archived: true, pinned: true }, carol);
      await expectAsRest(id, [alice, bob, carol]);

      const truth = await server.truth(id);
      expect(truth.as(carol)).toMatchObject({
        there: true,
        archivedAt: expect.any(String),
        pinnedAt: expect.any(String),
        watermark: { unreadMentions: 1 },
      });
      expect(truth.as(carol).messages.at(-1)).toMatchObject({ content: 'welcome', replyTo: null });
    });

    it('knows for whom the chat is no longer there, or in no list', async () => {
      const { alice, bob, chat } = await server.people('alice', 'bob');
      await say(alice, chat.id, 'gone');
      await server.rest('POST', `/chats/${chat.id}/clear`, {}, bob);
      const cleared = (await server.truth(chat.id)).as(bob);
      expect(cleared).toMatchObject({ there: true, listed: false, messages: [] });
      await say(alice, chat.id, 'and back');
      await expectAsRest(chat.id, [alice, bob]);
      expect((await server.truth(chat.id)).as(bob)).toMatchObject({
        there: true,
        listed: true,
        messages: [{ content: 'and back' }],
      });
      await server.sql('UPDATE chat_members SET "goneUpTo" = 2 WHERE "userId" = $1', [bob.id]);
      expect((await server.truth(chat.id)).as(bob)).toMatchObject({ there: false, listed: false });
    });

    it('says what it does not have', async () => {
      const { chat } = await server.people('alice', 'bob');
      const { carol } = await server.people('carol');
      await expect(server.truth(2 ** 50)).rejects.toThrow(`There is no chat ${2 ** 50}.`);
      const truth = await server.truth(chat.id);
      expect(() => truth.as(carol)).toThrow(`User ${carol.id} is no member of chat ${chat.id}.`);
    });

    it('can be asked in SQL, with numbers for ids', async () => {
      const { alice } = await server.people('alice');
      expect(await server.sql('SELECT id, name FROM users WHERE id = $1', [alice.id])).toEqual([
        { id: alice.id, name: 'alice' },
      ]);
    });
  });
});
