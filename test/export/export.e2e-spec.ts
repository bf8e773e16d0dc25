import {
  type AuditEntryView,
  chatExportLine,
  type ExportLine,
  type MessageView,
  userExportLine,
} from '../../src/contract/index.js';
import { connected, mint, newApiKey, newName, ownAccounts, PASSWORD } from '../support/accounts.js';
import { dataOf, exported, unreadExport } from '../support/exports.js';
import { LONGEST_AS_JSON } from '../support/texts.js';
import { type Client, eventually, World } from '../support/world.js';

const key = newApiKey();
const app = { 'X-Api-Key': key };

describe('An export', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  const ofUser = (userId: number) => exported(world, `/users/${userId}/export`, app);
  const ofChat = (chatId: number) => exported(world, `/chats/${chatId}/export`, app);

  const send = (client: Client, chatId: number, content: string, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content, ...fields });

  async function person(): Promise<Client & { accessToken: string }> {
    const { userId, accessToken } = await mint(world, key);
    return Object.assign(await world.bearer(userId, accessToken), { accessToken });
  }

  /** Three people in a group of the first; the second may be given. */
  async function group<Bob extends Client = Client>(given?: Bob) {
    const [alice, bob, carol] = await Promise.all([person(), given ?? person(), person()]);
    const memberIds = [bob.userId, carol.userId];
    const { id: chatId } = await alice.ok<{ id: number }>('createGroup', { title: 'A group', memberIds });
    return { alice, bob: bob as Bob, carol, chatId };
  }

  /** So many messages of two users in a direct chat, by one statement. */
  async function longChat(
    count: number,
    content = "'message ' || s",
  ): Promise<{ chatId: number; one: number }> {
    const made = await world.sql<{ id: string }>(
      `INSERT INTO users (name) VALUES ('one'), ('other') RETURNING id`,
    );
    const [one, other] = made.map(({ id }) => Number(id)) as [number, number];
    const [chat] = await world.sql<{ id: string }>(
      `WITH made AS (
         INSERT INTO chats (type, "user1Id", "user2Id", "lastSeq", version)
         VALUES ('direct', $1, $2, $3::int, $3::int + 1) RETURNING id
       ), members AS (
         INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest(ARRAY[$1::bigint, $2::bigint]) FROM made
       )
       INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
       SELECT m.id, s, s + 1, CASE s % 2 WHEN 0 THEN $1::bigint ELSE $2::bigint END, md5(m.id || ' ' || s), ${content}
       FROM made m CROSS JOIN generate_series(1, $3::int) s RETURNING "chatId" AS id`,
      [one, other, count],
    );
    return { chatId: Number(chat!.id), one };
  }

  /** The first line is the header, the last one the end, and its counts are those of the lines. */
  function expectWhole(lines: ExportLine[], of: 'user' | 'chat', id: number): void {
    expect(lines[0]).toEqual({ type: 'header', data: { format: 1, of, id, at: expect.any(String) } });
    const counts: Record<string, number> = {};
    for (const { type } of lines.slice(0, -1)) counts[type] = (counts[type] ?? 0) + 1;
    expect(lines.at(-1)).toEqual({ type: 'end', data: { lines: lines.length - 1, counts } });
    const schema = of === 'user' ? userExportLine : chatExportLine;
    for (const line of lines) expect(schema.safeParse(line).error?.issues ?? []).toEqual([]);
  }

  it('of a chat has thousands of messages, each once, in the order of seq', async () => {
    const { chatId } = await longChat(3_000);
    const lines = await ofChat(chatId);
    expectWhole(lines, 'chat', chatId);
    expect(lines.slice(0, 4).map(({ type }) => type)).toEqual(['header', 'chat', 'member', 'member']);
    expect(dataOf(lines, 'message').map(({ seq, content }) => `${seq} ${content}`)).toEqual(
      Array.from({ length: 3_000 }, (_, i) => `${i + 1} message ${i + 1}`),
    );
  });

  it('of a user has thousands of their own messages, each once', async () => {
    const { one } = await longChat(3_000);
    const lines = await ofUser(one);
    expectWhole(lines, 'user', one);
    const messages = dataOf(lines, 'message');
    expect(messages.every(({ senderId }) => senderId === one)).toBe(true);
    expect(messages.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1_500 }, (_, i) => 2 * i + 2),
    );
  });

  it('has the longest messages there can be', async () => {
    const { chatId } = await longChat(250, `'.' || repeat(chr(1), 9999)`);
    const lines = await ofChat(chatId);
    expectWhole(lines, 'chat', chatId);
    const messages = dataOf(lines, 'message');
    expect(messages).toHaveLength(250);
    expect(messages.every(({ content }) => content === LONGEST_AS_JSON)).toBe(true);
  });

  it('of a chat has its members, bans, edits and all reactions; not what was deleted', async () => {
    const { alice, bob, carol, chatId } = await group();
    const first = await send(bob, chatId, 'first words');
    await bob.ok('editMessage', { messageId: first.id, content: 'second words' });
    const gone = await send(bob, chatId, 'an insult');
    await bob.ok('addReaction', { messageId: gone.id, emoji: '👍' });
    await bob.ok('deleteMessage', { messageId: gone.id });
    await alice.ok('addReaction', { messageId: first.id, emoji: '👍' });
    // As many as no view shows.
    const crowd = await world.sql<{ id: string }>(
      `WITH crowd AS (INSERT INTO users (name) SELECT 'n' FROM generate_series(1, 700) RETURNING id)
       INSERT INTO message_reactions ("messageId", emoji, "userId") SELECT $1, '🎉', id FROM crowd RETURNING "userId" AS id`,
      [first.id],
    );
    await bob.ok('markAsSeen', { chatId });
    await alice.ok('banMember', { chatId, userId: carol.userId, reason: 'rude' });
    const lines = await ofChat(chatId);
    expectWhole(lines, 'chat', chatId);
    expect(dataOf(lines, 'chat')).toMatchObject([{ id: chatId, title: 'A group', memberCount: 2 }]);
    expect(dataOf(lines, 'member')).toMatchObject(
      [
        { userId: alice.userId, role: 'owner' },
        { userId: bob.userId, role: 'member', readSeq: expect.any(Number) },
      ].sort((a, b) => a.userId - b.userId),
    );
    expect(dataOf(lines, 'ban')).toMatchObject([{ userId: carol.userId, reason: 'rude' }]);
    const messages = dataOf(lines, 'message');
    expect(messages.filter(({ type }) => type === 'text')).toMatchObject([
      { id: first.id, content: 'second words', editedAt: expect.any(String) },
      { id: gone.id, content: '', metadata: null, deletedAt: expect.any(String) },
    ]);
    expect(messages.at(-1)).toMatchObject({ type: 'system', senderId: alice.userId });
    expect(dataOf(lines, 'edit')).toEqual([
      { messageId: first.id, content: 'first words', at: expect.any(String) },
    ]);
    const reactions = dataOf(lines, 'reaction');
    expect(reactions.map(({ userId, emoji }) => `${userId} ${emoji}`).sort()).toEqual(
      [`${alice.userId} 👍`, ...crowd.map(({ id }) => `${Number(id)} 🎉`)].sort(),
    );
    expect(reactions.every(({ messageId }) => messageId === first.id)).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('insult');
  });

  it('of a user has what is stored of them, and nothing that others wrote or that is secret', async () => {
    const { alice, bob, carol, chatId } = await group(await connected(world));
    const { username } = bob.session.user;
    const theirs = await send(alice, chatId, 'words of Alice');
    const own = await send(bob, chatId, 'first words');
    await bob.ok('editMessage', { messageId: own.id, content: 'second words' });
    await alice.ok('addReaction', { messageId: own.id, emoji: '🎉' });
    await bob.ok('addReaction', { messageId: theirs.id, emoji: '👍' });
    await bob.ok('deleteMessage', { messageId: theirs.id, for: 'me' });
    await bob.ok('reportMessage', { messageId: theirs.id, reason: 'rude' });
    await bob.ok('blockUser', carol.userId);
    await carol.ok('blockUser', alice.userId);
    await bob.ok('setVisibility', { visible: false });
    await bob.ok('updateMembership', { chatId, pinned: true, notify: 'mentions' });
    await bob.ok('updatePreferences', { groups: 'none' });
    await world.sql(
      `INSERT INTO notifications ("userId", "chatId", "messageId", "actorId", kind, about, at)
       VALUES ($1, $2, $3, $4, 'mention', $3, now())`,
      [bob.userId, chatId, theirs.id, alice.userId],
    );
    await world.http.post('/auth/login').send({ username, password: PASSWORD }).expect(200);
    await world.http
      .patch(`/users/${bob.userId}`)
      .set(app)
      .send({ metadata: { app: { vip: true } } });
    await world.http.post(`/users/${bob.userId}/deactivate`).set(app).send({ reason: 'Spam' }).expect(200);

    const lines = await ofUser(bob.userId);
    expectWhole(lines, 'user', bob.userId);
    expect(dataOf(lines, 'user')).toMatchObject([
      {
        id: bob.userId,
        username,
        metadata: { app: { vip: true } },
        visible: false,
        deactivated: true,
        deactivation: { reason: 'Spam', until: null },
        erasedAt: null,
      },
    ]);
    expect(dataOf(lines, 'login')).toMatchObject([{ ok: true }, { ok: true, network: expect.any(String) }]);
    expect(dataOf(lines, 'session')).toHaveLength(2);
    expect(dataOf(lines, 'membership')).toMatchObject([
      {
        chat: { id: chatId, title: 'A group' },
        role: 'member',
        pinnedAt: expect.any(String),
        notify: 'mentions',
      },
    ]);
    expect(dataOf(lines, 'preferences')).toMatchObject([{ userId: bob.userId, groups: 'none' }]);
    expect(dataOf(lines, 'notification')).toMatchObject([
      { kind: 'mention', chatId, messageId: theirs.id, actorId: alice.userId, seenAt: null },
    ]);
    expect(dataOf(lines, 'block')).toEqual([{ userId: carol.userId, blockedAt: expect.any(String) }]);
    expect(dataOf(lines, 'report')).toMatchObject([{ messageId: theirs.id, chatId, reason: 'rude' }]);
    expect(dataOf(lines, 'hidden')).toMatchObject([{ messageId: theirs.id, chatId }]);
    expect(dataOf(lines, 'message')).toMatchObject([{ id: own.id, chatId, content: 'second words' }]);
    expect(dataOf(lines, 'edit')).toMatchObject([{ messageId: own.id, content: 'first words' }]);
    expect(dataOf(lines, 'reaction')).toMatchObject([
      { messageId: theirs.id, userId: bob.userId, emoji: '👍' },
    ]);
    const text = JSON.stringify(lines);
    expect(text).not.toMatch(/words of Alice|🎉|[hH]ash|[sS]crypt|token/);
    expect(text).not.toContain(bob.session.refreshToken);
  });

  it('of somebody erased has nothing but the number', async () => {
    const { bob, chatId } = await group();
    await send(bob, chatId, 'words');
    const path = `/users/${bob.userId}`;
    const { body } = await world.http.delete(`${path}?messages=erase`).set(app).expect(200);
    await eventually(async () => {
      const { body: erasure } = await world.http.get(`/erasures/${body.id}`).set(app);
      return erasure.status === 'done';
    });
    const lines = await ofUser(bob.userId);
    expect(dataOf(lines, 'user')).toMatchObject([
      { id: bob.userId, name: null, username: null, metadata: {}, erasedAt: expect.any(String) },
    ]);
    expect(dataOf(lines, 'message')).toMatchObject([{ content: '', deletedAt: expect.any(String) }]);
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['header', 'user', 'message', 'end']));
  });

  it('names people and chats by the ids of the application, too', async () => {
    const externalId = newName();
    const { body } = await world.http
      .put('/users')
      .set(app)
      .send({ users: [{ externalId }] });
    const lines = await exported(world, `/users/external:${externalId}/export`, app);
    expectWhole(lines, 'user', (body as { id: number }[])[0]!.id);
  });

  it('is for the application only; of nobody and nothing there is none, and no entry', async () => {
    const { alice, chatId } = await group();
    const audit = async () =>
      (await world.http.get('/audit').set(app).query({ limit: 200 })).body as unknown[];
    const before = await audit();
    for (const path of [`/users/${alice.userId}/export`, `/chats/${chatId}/export`]) {
      await world.http.get(path).expect(401);
      await world.http.get(path).set('Authorization', `Bearer ${alice.accessToken}`).expect(403);
      await world.http.get(path).set(app).set('X-User-Id', String(alice.userId)).expect(403);
    }
    await world.http.get('/users/987654321/export').set(app).expect(404);
    await world.http.get('/chats/987654321/export').set(app).expect(404);
    expect(await audit()).toEqual(before);
  });

  it('is written down', async () => {
    const { alice, chatId } = await group();
    await ofUser(alice.userId);
    await ofChat(chatId);
    const { body } = await world.http.get('/audit').set(app).query({ limit: 2 });
    expect(body as AuditEntryView[]).toMatchObject([
      { action: 'chatExported', actorId: null, userId: null, chatId },
      { action: 'userExported', actorId: null, userId: alice.userId, chatId: null },
    ]);
  });

  it('waits for its reader, holds no connection meanwhile, and ends when the reader goes away', async () => {
    // More than a socket takes by itself.
    const { chatId } = await longChat(6_000, `repeat(md5(s::text), 250)`);
    const url = `http://127.0.0.1:${world.app.httpPort}/chats/${chatId}/export`;
    const busy = () =>
      world.sql(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'chat%'
           AND (state = 'active' OR state LIKE 'idle in%')`,
      );
    const readers = await Promise.all([unreadExport(url, app), unreadExport(url, app)]);
    await eventually(async () => (await busy()).length === 0);
    const { body } = await world.http.get(`/chats/${chatId}/export`).set(app).expect(503);
    expect(body.error).toMatchObject({ code: 'OVERLOADED', retryAfterMs: expect.any(Number) });
    for (const reader of readers) reader.close();
    await eventually(async () => (await fetch(url, { method: 'HEAD', headers: app })).status === 200);
    expectWhole(await ofChat(chatId), 'chat', chatId);

    // Asked for at the same moment, they are no more.
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(url, { headers: app })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 503, 503, 503]);
    for (const answer of answers) await answer.body!.cancel();
    await eventually(async () => (await fetch(url, { method: 'HEAD', headers: app })).status === 200);
  });
});
