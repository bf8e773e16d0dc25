import type { ChatView, SyncedView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

describe('A sync may leave out chats that it does not name:', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Ann's chats with so many others, each with three messages. */
  async function chatsOf(ann: Client, count: number): Promise<number[]> {
    const ids: number[] = [];
    for (let i = 0; i < count; i++) {
      const senderId = world.newId();
      const by = await world.stranger();
      for (const content of ['one', 'two', 'three'])
        ids[i] = (
          await by.ok<{ chatId: number }>('sendMessage', { senderId, receiverId: ann.userId, content })
        ).chatId;
      by.close();
    }
    return ids;
  }

  const idsOf = ({ chats }: SyncedView) => chats.map(({ chat }) => chat.id).sort((a, b) => a - b);
  /** As if the chats had been silent for an hour. */
  const age = async (ids: readonly number[]) => {
    await world.sql(`UPDATE chats SET "lastActivityAt" = now() - interval '1 hour' WHERE id = ANY($1)`, [
      ids,
    ]);
    await world.sql(
      `UPDATE chat_members SET "joinedAt" = now() - interval '1 hour' WHERE "chatId" = ANY($1)`,
      [ids],
    );
  };

  it.each(edges)('all, none, or those with something new, over %s', async (edge) => {
    const ann = await world.person();
    const ids = await chatsOf(ann, 3);
    const asker = over(edge, world, ann);
    const [named, busy, silent] = ids as [number, number, number];
    await age(ids);
    const sync = (input: object) => asker.ok<SyncedView>('sync', { versions: { [named]: 1 }, ...input });
    const { at } = await sync({ others: 'none' });
    expect(idsOf(await sync({}))).toEqual(ids);
    expect(idsOf(await sync({ others: 'none', since: at }))).toEqual([named]);
    expect(idsOf(await sync({ others: 'changed', since: at }))).toEqual([named]);
    expect(idsOf(await sync({ others: 'changed' }))).toEqual([named]);
    await ann.ok('sendMessage', { chatId: busy, content: 'four' });
    expect(idsOf(await sync({ others: 'changed', since: at }))).toEqual([named, busy]);
    await world.sql('UPDATE chat_members SET "joinedAt" = now() WHERE "chatId" = $1', [silent]);
    expect(idsOf(await sync({ others: 'changed', since: at }))).toEqual([named, busy, silent]);
    expect(await asker.refused('sync', { others: 'some' })).toBe('VALIDATION_FAILED');
  });

  it.each(['all', 'changed', 'none'])(
    'a block that one was away for is told once all else is, where others are %s',
    async (others) => {
      const ann = await world.person();
      const ids = await chatsOf(ann, 53);
      const versions: Record<number, number> = {};
      const sync = async (since?: string) => {
        const answer = await ann.ok<SyncedView>('sync', { versions, others, since, messages: 0 });
        for (const { chat, upTo } of answer.chats) versions[chat.id] = upTo;
        return answer;
      };
      const rows = await world.sql<{ id: number; version: number }>(
        'SELECT id::int, version::int FROM chats WHERE id = ANY($1)',
        [ids],
      );
      for (const { id, version } of rows) versions[id] = version;
      // Longer ago than the overlap of two calls.
      const since = new Date(Date.now() - 60_000).toISOString();
      const [blocked, ...written] = ids as [number, ...number[]];
      const { user1Id, user2Id } = await ann.ok<ChatView>('getChat', { chatId: blocked });
      await ann.ok('blockUser', { userId: user1Id === ann.userId ? user2Id : user1Id });
      await world.sql(
        `UPDATE chats SET "blocksChangedAt" = now() - interval '30 seconds' WHERE "blocksChangedAt" IS NOT NULL`,
      );
      for (const chatId of written) await ann.ok('sendMessage', { chatId, content: 'four' });

      const told: [id: number, blockedByMe: boolean][] = [];
      let at = since;
      for (let more = true; more;) {
        const answer = await sync(at);
        for (const { chat, reset } of answer.chats) {
          expect(reset).toBe(false);
          told.push([chat.id, chat.blockedByMe]);
        }
        ({ at, more } = answer);
        expect(told.length).toBeLessThanOrEqual(ids.length);
      }
      expect(told.at(-1)).toEqual([blocked, true]);
      expect(new Set(told.map(([id]) => id))).toEqual(new Set(ids));
    },
  );

  it('changed ones that did not fit into an answer come with the next', async () => {
    const ann = await world.person();
    const ids = await chatsOf(ann, 53);
    const since = new Date(Date.now() - 60_000).toISOString();
    const first = await ann.ok<SyncedView>('sync', { others: 'changed', since, messages: 0 });
    expect(first).toMatchObject({ more: true, at: since });
    expect(first.chats).toHaveLength(50);
    const versions = Object.fromEntries(first.chats.map(({ chat, upTo }) => [chat.id, upTo]));
    const rest = await ann.ok<SyncedView>('sync', { versions, others: 'changed', since: first.at });
    expect(rest.more).toBe(false);
    expect([...idsOf(first), ...idsOf(rest)].sort((a, b) => a - b)).toEqual(ids);
    expect(rest.at > since).toBe(true);
  });

  it.each([
    [0, []],
    [2, [2, 3]],
    [100, [1, 2, 3]],
  ])('a chat that is reset comes with %s messages at most', async (messages, seqs) => {
    const ann = await world.person();
    await chatsOf(ann, 1);
    const { chats } = await ann.ok<SyncedView>('sync', { messages });
    expect(chats[0]).toMatchObject({ reset: true, more: false, upTo: 4 });
    expect(chats[0]!.messages.map(({ seq }) => seq)).toEqual(seqs);
    expect(await ann.refused('sync', { messages: 101 })).toBe('VALIDATION_FAILED');
  });

  it('the answer has the unread totals of the same snapshot, and the time', async () => {
    const ann = await world.person();
    const [chatId] = await chatsOf(ann, 2);
    await ann.ok('updateMembership', { chatId, archived: true });
    const { unread, now, at } = await ann.ok<SyncedView>('sync', {});
    expect(unread).toEqual({ total: 6, mentions: 0, totalUnmuted: 3, badge: 3 });
    expect(Date.parse(now) - Date.parse(at)).toBe(10_000);
    expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
  });
});
