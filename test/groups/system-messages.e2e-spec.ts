import type { ChatListItem, MessagesPage, MessageView } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { World } from '../support/world.js';

describe('The application, by API key,', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(async () => {
    await world.stop();
  });

  it('writes system messages in nobody’s name, in order with the rest', async () => {
    const group = await groupOf(world, 1);
    const { alice, bob, chatId } = await world.pair();
    const send = async (chat: number, content: string, status: number) => {
      const asked = world.http
        .post(`/chats/${chat}/system-messages`)
        .set('Idempotency-Key', `system-${chat}`);
      return (await asked.send({ content, metadata: { parcel: 7 } }).expect(status)).body as MessageView;
    };
    for (const [chat, one, other] of [
      [group.chatId, group.owner, group.members[0]!],
      [chatId, alice, bob],
    ] as const) {
      await one.ok('sendMessage', { chatId: chat, content: 'before' });
      const sent = await send(chat, 'Your parcel is on its way', 201);
      expect(sent).toMatchObject({ seq: 2, version: 3, type: 'system', senderId: null, receiverId: null });
      await one.ok('sendMessage', { chatId: chat, content: 'after' });
      const page = await other.ok<MessagesPage>('getMessages', { chatId: chat });
      expect(page.messages.map(({ type, senderId }) => [type, senderId])).toEqual([
        ['text', one.userId],
        ['system', null],
        ['text', one.userId],
      ]);
      expect(page.messages[1]).toEqual(sent);
      expect(await send(chat, 'Your parcel is on its way', 201)).toEqual(sent);
      expect(await other.next('newMessage')).toMatchObject({ content: 'before' });
      expect(await other.next('newMessage')).toEqual(sent);
      const unread = async (client: typeof one) =>
        (await client.ok<ChatListItem[]>('getChats')).find(({ id }) => id === chat)?.unread;
      expect([await unread(one), await unread(other)]).toEqual([1, 3]);
      await one.ok('markAsSeen', { messageId: sent.id });
      expect(await other.ok('getMessages', { chatId: chat, around: 2, limit: 1 })).toMatchObject({
        messages: [{ seen: true }],
      });
    }
    await send(999_999_999, 'nowhere', 404);
  });

  it('is named as the one that changed a group where it did', async () => {
    const { chatId, members } = await groupOf(world, 1);
    await world.http.patch(`/chats/${chatId}`).send({ title: 'Order 7' }).expect(200);
    expect(await members[0]!.next('newMessage')).toMatchObject({
      type: 'system',
      senderId: null,
      content: 'The application changed the title to “Order 7”',
    });
  });
});
