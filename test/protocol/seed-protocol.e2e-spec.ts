import { type Client, World } from '../support/world.js';

describe('The seed protocol', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  describe('word for word, on an empty database, without callbacks', () => {
    let client: Client;
    beforeAll(async () => {
      client = await world.stranger();
    });

    it('userOnline 1 causes no event', async () => {
      client.emit('userOnline', 1);
      await client.settled();
      expect(client.unread('exception')).toEqual([]);
    });

    it('createChat is answered by newChat', async () => {
      client.emit('createChat', { user1Id: 1, user2Id: 2 });
      expect(await client.next('newChat')).toMatchObject({ id: 1, user1Id: 1, user2Id: 2 });
    });

    it('getChats 1 is answered by chatsList', async () => {
      client.emit('getChats', 1);
      expect(await client.next('chatsList')).toEqual([
        expect.objectContaining({ id: 1, user1Id: 1, user2Id: 2 }),
      ]);
    });

    it('sendMessage is answered by newMessage', async () => {
      client.emit('sendMessage', { senderId: 1, receiverId: 2, content: 'Hello!' });
      expect(await client.next('newMessage')).toMatchObject({
        id: 1,
        senderId: 1,
        receiverId: 2,
        content: 'Hello!',
        seen: false,
      });
    });

    it('markAsSeen is answered by messageSeen', async () => {
      client.emit('markAsSeen', { messageId: 1 });
      expect(await client.next('messageSeen')).toMatchObject({ messageId: 1, seen: true });
    });

    it('userOffline 1 causes no event, and no event came twice', async () => {
      client.emit('userOffline', 1);
      await client.settled();
      for (const event of ['exception', 'newChat', 'newMessage', 'messageSeen', 'chatsList']) {
        expect(client.unread(event)).toEqual([]);
      }
    });
  });

  describe('over REST', () => {
    it('creates, shows, lists and deletes a chat', async () => {
      const [one, other] = [world.newId(), world.newId()];
      const created = await world.http.post('/chats').send({ user1Id: one, user2Id: other }).expect(201);
      expect(created.body).toMatchObject({ user1Id: one, user2Id: other });
      const path = `/chats/${created.body.id}`;
      expect((await world.http.get(path).expect(200)).body).toMatchObject({ id: created.body.id });
      expect((await world.http.get(`/chats/user/${one}`).expect(200)).body).toHaveLength(1);
      expect((await world.http.delete(path).expect(200)).body).toMatchObject({ chatId: created.body.id });
      expect((await world.http.get(path).expect(404)).body.error.code).toBe('NOT_FOUND');
      expect((await world.http.get(`/chats/user/${one}`)).body).toEqual([]);
    });
  });
});
