import type { MessageView } from '../../src/contract/index.js';
import { type Client, World } from '../support/world.js';

const INVISIBLE: [string, string][] = [
  ['spaces of no width', '\u200B\u200B'],
  ['joiners', '\u200D\u200C'],
  ['a word joiner and a BOM', '\u2060\uFEFF'],
  ['a soft hyphen', '\u00AD'],
  ['selectors', '\uFE0F\u{E0100}'],
  ['fillers', '\u3164\u115F\uFFA0'],
  ['an empty Braille cell', '\u2800'],
  ['tags', '\u{E0061}\u{E007F}'],
  ['directions', '\u202E\u2066\u2069'],
  ['signs of mathematics that are not seen', '\u2062'],
  ['those among blanks', ' \n\u200B\t\u00A0'],
];

describe('A message of invisible characters alone', () => {
  let world: World;
  let alice: Client;
  let chatId: number;
  beforeAll(async () => {
    world = await World.start();
    ({ alice, chatId } = await world.pair());
  });
  afterAll(() => world.stop());

  const stored = (content: string) => world.sql('SELECT id FROM messages WHERE content = $1', [content]);
  const system = (body: object) => world.http.post(`/chats/${chatId}/system-messages`).send(body);

  describe.each(INVISIBLE)('(%s)', (_name, content) => {
    it('is not sent, by people or by the application', async () => {
      expect(await alice.refused('sendMessage', { chatId, content })).toBe('VALIDATION_FAILED');
      expect(await alice.refused('sendMessage', { chatId, content, metadata: {} })).toBe('VALIDATION_FAILED');
      const { body } = await system({ content }).expect(400);
      expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ path: 'content' }] });
      expect(await stored(content)).toEqual([]);
    });

    it('does not come about by an edit', async () => {
      const { id } = await alice.ok<MessageView>('sendMessage', { chatId, content: 'words' });
      expect(await alice.refused('editMessage', { messageId: id, content })).toBe('VALIDATION_FAILED');
      expect(await alice.ok('getMessages', { chatId, ids: [id] })).toMatchObject({
        messages: [{ content: 'words', editedAt: null }],
      });
    });

    it('is not the end of a stream: it goes on, until it says something', async () => {
      for (const begun of [content, '']) {
        const { id } = await alice.ok<MessageView>('streamMessage', { chatId, content: begun });
        let offset = begun.length;
        const add = async (text: string) => {
          await alice.ok('sendDelta', { messageId: id, offset, text });
          offset += text.length;
        };
        if (begun === '') await add(content);
        expect(await alice.refused('finishStream', { messageId: id })).toBe('VALIDATION_FAILED');
        await add('!');
        expect(await alice.ok('finishStream', { messageId: id })).toMatchObject({
          content: `${content}!`,
          metadata: null,
        });
      }
    });

    it('is one with metadata, which it carries', async () => {
      const metadata = { picture: 'a.png' };
      const sent = await alice.ok<MessageView>('sendMessage', { chatId, content, metadata });
      expect(sent).toMatchObject({ content, metadata });
      expect(await alice.refused('editMessage', { messageId: sent.id, metadata: {} })).toBe(
        'VALIDATION_FAILED',
      );
      await system({ content, metadata }).expect(201);
      const { id } = await alice.ok<MessageView>('streamMessage', { chatId, content });
      expect(await alice.ok('finishStream', { messageId: id, metadata })).toMatchObject({
        content,
        metadata,
      });
    });
  });
});
