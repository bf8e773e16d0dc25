import { randomBytes } from 'node:crypto';
import type { MessageView } from '../../src/contract/index.js';
import { type Minted, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { Receiver } from '../support/receiver.js';
import { type Client, World } from '../support/world.js';

describe('A stream, where the application is asked before a message is sent,', () => {
  const key = newApiKey();
  let receiver: Receiver;
  let world: World;
  let bot: Client & { minted: Minted };
  let ann: Client;
  let chatId: number;
  beforeAll(async () => {
    receiver = await Receiver.start();
    world = await World.start({
      ...ownAccounts(),
      API_KEYS: key,
      BEFORE_SEND_URL: receiver.url,
      BEFORE_SEND_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
      OUTBOUND_ALLOW: '127.0.0.1',
      OUTBOUND_PORTS: 'any',
    });
    const [minted, other] = [await mint(world, key), await mint(world, key)];
    bot = Object.assign(await world.bearer(minted.userId, minted.accessToken), { minted });
    ann = await world.bearer(other.userId, other.accessToken);
    ({ chatId } = await bot.ok<MessageView>('sendMessage', { receiverId: ann.userId, content: 'hi' }));
    receiver.came.length = 0;
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  const byKey = (path: string, body: object) =>
    world.http
      .post(path)
      .set({ 'X-Api-Key': key, 'X-User-Id': String(bot.userId) })
      .send(body);

  it('is not for people, who would write what nobody was asked about', async () => {
    const answer = await bot.ask('streamMessage', { chatId, content: 'a' });
    expect(answer).toMatchObject({
      ok: false,
      error: {
        code: 'FORBIDDEN',
        message: expect.stringMatching(/send the whole text with sendMessage/) as string,
      },
    });
    expect(await ann.ok('getMessages', { chatId })).toMatchObject({ messages: [{ content: 'hi' }] });
  });

  it('is written and finished by the application, and people add nothing to it', async () => {
    const { body: begun } = await byKey(`/chats/${chatId}/messages/stream`, { content: 'a' }).expect(201);
    const { id: messageId } = begun as MessageView;
    expect(await bot.refused('sendDelta', { messageId, offset: 1, text: 'x' })).toBe('FORBIDDEN');
    expect(await bot.refused('finishStream', { messageId, metadata: { a: 1 } })).toBe('FORBIDDEN');
    await byKey(`/messages/${messageId}/stream`, { offset: 1, text: 'b' }).expect(200);
    const { body: ended } = await byKey(`/messages/${messageId}/stream/finish`, {}).expect(200);
    expect(ended).toMatchObject({ content: 'ab', metadata: null });
    expect(receiver.came).toEqual([]);
  });
});
