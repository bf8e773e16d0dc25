import type { ChatListItem, ChatsPage } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

describe('The chat list by filter', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Ann has so many chats, each with a message of the other; the first is the oldest. */
  async function listOf(count: number): Promise<{ ann: Client; ids: number[] }> {
    const ann = await world.person();
    const ids: number[] = [];
    for (let i = 0; i < count; i++) {
      const other = await world.stranger();
      const message = { senderId: world.newId(), receiverId: ann.userId, content: `${i}` };
      ids.push((await other.ok<{ chatId: number }>('sendMessage', message)).chatId);
      other.close();
    }
    return { ann, ids };
  }

  it.each(edges)('shows the inbox, the pinned, the archived or the unread over %s', async (edge) => {
    const { ann, ids } = await listOf(5);
    const [pinned, archived, both, read, other] = ids as [number, number, number, number, number];
    await ann.ok('updateMembership', { chatId: pinned, pinned: true });
    await ann.ok('updateMembership', { chatId: archived, archived: true });
    await ann.ok('updateMembership', { chatId: both, archived: true, pinned: true });
    await ann.ok('markAsSeen', { chatId: read });
    const shown = async (filter?: string) => {
      const input = { userId: ann.userId, ...(filter === undefined ? {} : { filter }) };
      return (await over(edge, world, ann).ok<ChatListItem[]>('getChats', input)).map(({ id }) => id);
    };
    expect(await shown()).toEqual([other, read, both, archived, pinned]);
    expect(await shown('inbox')).toEqual([other, read, pinned]);
    expect(await shown('pinned')).toEqual([pinned]);
    expect(await shown('archived')).toEqual([both, archived]);
    expect(await shown('unread')).toEqual([other, pinned]);
    expect(await over(edge, world, ann).refused('getChats', { userId: ann.userId, filter: 'spam' })).toBe(
      'VALIDATION_FAILED',
    );
  });

  it.each(edges)('says with page: true whether there are more, over %s', async (edge) => {
    const { ann, ids } = await listOf(5);
    // Of the same millisecond: the cursor tells them apart by their ids.
    await world.sql('UPDATE chats SET "lastActivityAt" = now() WHERE id = ANY($1)', [ids]);
    const seen: number[] = [];
    const pages: number[] = [];
    let before: string | undefined;
    for (let more = true; more;) {
      const input = { userId: ann.userId, filter: 'inbox', limit: 2, page: true };
      const page = await over(edge, world, ann).ok<ChatsPage>('getChats', {
        ...input,
        ...(before === undefined ? {} : { before }),
      });
      pages.push(page.chats.length);
      seen.push(...page.chats.map(({ id }) => id));
      before = page.chats.at(-1)?.cursor;
      ({ more } = page);
    }
    expect(seen).toEqual([...ids].reverse());
    expect(pages).toEqual([2, 2, 1]);
    const full = { userId: ann.userId, limit: 5, page: true };
    expect((await over(edge, world, ann).ok<ChatsPage>('getChats', full)).more).toBe(false);
    expect(await over(edge, world, ann).ok('getChats', { ...full, filter: 'pinned' })).toEqual({
      chats: [],
      more: false,
    });
  });

  it('says that there are more where a page ends by its bytes', async () => {
    const { ann, ids } = await listOf(3);
    const long = 'é'.repeat(10_000);
    await world.sql('UPDATE messages SET content = repeat($2, 30) WHERE "chatId" = ANY($1)', [ids, long]);
    const pages: boolean[] = [];
    for (let before: string | undefined; pages.at(-1) ?? true;) {
      const page = await ann.ok<ChatsPage>('getChats', { page: true, ...(before ? { before } : {}) });
      expect(page.chats).toHaveLength(1);
      before = page.chats[0]!.cursor;
      pages.push(page.more);
    }
    expect(pages).toEqual([true, true, false]);
  });

  it('says where unread begins', async () => {
    const { ann, ids } = await listOf(1);
    await ann.ok('markAsSeen', { chatId: ids[0] });
    const [item] = await ann.ok<ChatListItem[]>('getChats');
    expect(item).toMatchObject({ unreadSeq: 1, readSeq: 1 });
  });
});
