import type { ChatListItem } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

describe.each(edges)('The list of chats over %s', (edge) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const listOf = async (client: Client): Promise<ChatListItem> =>
    (await over(edge, world, client).ok<ChatListItem[]>('getChats', { userId: client.userId }))[0]!;

  it('says how far the other user of a direct chat has received and seen', async () => {
    const { alice, bob, chatId } = await world.pair();
    const ids: number[] = [];
    for (const content of ['one', 'two', 'three']) {
      ids.push((await alice.ok<{ id: number }>('sendMessage', { chatId, content })).id);
    }
    expect(await listOf(alice)).toMatchObject({ otherReadSeq: 0, otherDeliveredSeq: 0 });
    await bob.ok('markAsSeen', { messageId: ids[0] });
    await bob.ok('markAsDelivered', { messageId: ids[1] });
    expect(await listOf(alice)).toMatchObject({ otherReadSeq: 1, otherDeliveredSeq: 2 });
    const { owner } = await groupOf(world, 1);
    expect(await listOf(owner)).toMatchObject({
      otherReadSeq: null,
      otherDeliveredSeq: null,
      blockedByMe: false,
      canSend: true,
    });
  });

  it('says whether one may send, and whom one blocks, and no more of a block than a refusal says', async () => {
    const { alice, bob, chatId } = await world.pair();
    const free = { blockedByMe: false, canSend: true };
    expect([await listOf(alice), await listOf(bob)]).toMatchObject([free, free]);
    await alice.ok('blockUser', { userId: bob.userId });
    expect(await listOf(alice)).toMatchObject({ blockedByMe: true, canSend: false });
    expect(await listOf(bob)).toMatchObject({ blockedByMe: false, canSend: false });
    for (const one of [alice, bob]) {
      expect(await one.refused('sendMessage', { chatId, content: 'hi' })).toBe('FORBIDDEN');
    }
    await alice.ok('unblockUser', { userId: bob.userId });
    expect([await listOf(alice), await listOf(bob)]).toMatchObject([free, free]);
  });
});
