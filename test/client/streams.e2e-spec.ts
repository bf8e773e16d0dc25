import { asUser, createChat, type Message } from '../../packages/client/src/index.js';
import { isStreaming, streamedText } from '../../packages/client/src/streams/index.js';
import { eventually, World } from '../support/world.js';

describe('The client', () => {
  it('shows a streamed message while it grows, has it whole at the end, and hears events', async () => {
    const world = await World.start();
    const { alice, bob, chatId } = await world.pair();
    const chat = createChat({ url: world.socketUrl, auth: asUser(bob.userId) });
    const room = chat.open(chatId);
    const shown = () =>
      room.timeline.get().items.flatMap((item) => ('message' in item ? [item.message] : []));
    const events: unknown[] = [];
    chat.on('chatEvent', ({ type }) => events.push(type));
    chat.start();
    try {
      await eventually(() => chat.connection.get().state === 'live');
      const { id } = await alice.ok<Message>('streamMessage', { chatId, content: 'One' });
      await alice.ok('sendDelta', { messageId: id, offset: 3, text: ' two' });
      await eventually(() => shown().length === 1);
      const message = shown()[0] as Message;
      expect(isStreaming(message)).toBe(true);
      const text = streamedText(chat, message);
      const end = text.subscribe(() => undefined);
      await eventually(() => text.get() === 'One two');
      await alice.ok('sendDelta', { messageId: id, offset: 7, text: ' three' });
      await eventually(() => text.get() === 'One two three');
      await chat.call('stopStream', { messageId: id });
      expect(shown()[0]).toMatchObject({ content: 'One two three', metadata: { streaming: 'stopped' } });
      end();
      await alice.ok('sendEvent', { chatId, type: 'wave' });
      await eventually(() => events.length === 1);
    } finally {
      chat.stop();
      await world.stop();
    }
  });
});
