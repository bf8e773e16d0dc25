import type { MessagesPage, MessageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { type Client, World } from '../support/world.js';

interface Page {
  chatId: number;
  messages: { id: number; seq: number; content: string }[];
  more: boolean;
}

/** Whole numbers from one to another, both included. */
const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

describe('The history of a chat', () => {
  let world: World;
  let alice: Client;
  let bob: Client;
  let chatId: number;
  let emptyChatId: number;

  /** A chat of 120 messages, and one of none. */
  beforeAll(async () => {
    world = await World.start();
    ({ alice, bob, chatId } = await world.pair());
    ({ id: emptyChatId } = await alice.ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: world.newId(),
    }));
    await Promise.all(range(1, 120).map((i) => alice.ok('sendMessage', { chatId, content: `message ${i}` })));
  });
  afterAll(() => world.stop());

  describe.each(edges)('over %s', (edge) => {
    const page = async (query: Record<string, unknown>, reader = bob): Promise<Page> =>
      over(edge, world, reader).ok<Page>('getMessages', { chatId, ...query });
    const seqsOf = async (query: Record<string, unknown>): Promise<[number[], boolean]> => {
      const { messages, more } = await page(query);
      return [messages.map(({ seq }) => seq), more];
    };

    it('is the newest fifty messages, oldest first, when nothing else is asked for', async () => {
      const { messages, ...rest } = await page({});
      expect(rest).toEqual({
        chatId,
        more: true,
        moreBefore: true,
        moreAfter: false,
        lastSeq: 120,
        version: 121,
      });
      expect(messages.map(({ seq }) => seq)).toEqual(range(71, 120));
      expect(messages.map(({ content }) => content)).toEqual(range(71, 120).map((i) => `message ${i}`));
    });

    it.each<[Record<string, unknown>, number, number, boolean]>([
      [{ limit: 1 }, 120, 120, true],
      [{ limit: 100 }, 21, 120, true],
      [{ limit: '7' }, 114, 120, true],
      [{ before: 51 }, 1, 50, false],
      [{ before: 52 }, 2, 51, true],
      [{ before: 100, limit: 3 }, 97, 99, true],
      [{ before: '4', limit: 3 }, 1, 3, false],
      [{ before: 121, limit: 2 }, 119, 120, true],
      [{ before: Number.MAX_SAFE_INTEGER, limit: 2 }, 119, 120, true],
      [{ after: 0 }, 1, 50, true],
      [{ after: 70 }, 71, 120, false],
      [{ after: 69 }, 70, 119, true],
      [{ after: '117', limit: 3 }, 118, 120, false],
      [{ after: 116, limit: 3 }, 117, 119, true],
      [{ around: 60, limit: 5 }, 58, 62, true],
      [{ around: '60', limit: 4 }, 58, 61, true],
      [{ around: 60, limit: 1 }, 60, 60, true],
      [{ around: 60 }, 35, 84, true],
      [{ around: 1, limit: 5 }, 1, 3, true],
      [{ around: 120, limit: 5 }, 118, 120, true],
      [{ around: 0, limit: 5 }, 1, 2, true],
      [{ around: 500, limit: 5 }, 118, 120, true],
      [{ around: Number.MAX_SAFE_INTEGER, limit: 1 }, 120, 120, true],
    ])('of %j goes from %d to %d, more: %j', async (query, first, last, more) => {
      expect(await seqsOf(query)).toEqual([range(first, last), more]);
    });

    it.each<[Record<string, unknown>, boolean, boolean]>([
      [{ limit: 1 }, true, false],
      [{ before: 51 }, false, true],
      [{ before: 52 }, true, true],
      [{ before: 121 }, true, false],
      [{ before: 1 }, false, true],
      [{ after: 0 }, false, true],
      [{ after: 70 }, true, false],
      [{ after: 69 }, true, true],
      [{ after: 500 }, true, false],
      [{ around: 60, limit: 5 }, true, true],
      [{ around: 60, limit: 1 }, true, true],
      [{ around: 1, limit: 5 }, false, true],
      [{ around: 120, limit: 5 }, true, false],
      [{ around: 120, limit: 1 }, true, false],
    ])('of %j says whether there are more before: %j, and after: %j', async (query, before, after) => {
      expect(await page(query)).toMatchObject({ moreBefore: before, moreAfter: after, lastSeq: 120 });
    });

    it.each([{ before: 1 }, { before: 0 }, { after: 120 }, { after: Number.MAX_SAFE_INTEGER }])(
      'of %j is empty, with no more',
      async (query) => {
        expect(await seqsOf(query)).toEqual([[], false]);
      },
    );

    it.each<Record<string, unknown>>([
      { limit: 0 },
      { limit: 101 },
      { limit: -1 },
      { limit: 1.5 },
      { limit: 'ten' },
      { before: -1 },
      { after: '1e2' },
      { around: 2 ** 53 },
      { before: 5, after: 2 },
      { before: 5, around: 2 },
      { after: 5, around: 2 },
    ])('of %j is refused', async (query) => {
      expect(await over(edge, world, bob).refused('getMessages', { chatId, ...query })).toBe(
        'VALIDATION_FAILED',
      );
    });

    it('walks back to the first message and forth to the last without gap or repeat', async () => {
      const back: number[] = [];
      for (let at: number | undefined, more = true; more; at = back[0]) {
        const next = await page({ limit: 17, before: at });
        back.unshift(...next.messages.map(({ seq }) => seq));
        more = next.more;
      }
      expect(back).toEqual(range(1, 120));
      const forth: number[] = [];
      for (let more = true; more;) {
        const next = await page({ limit: 30, after: forth.at(-1) ?? 0 });
        forth.push(...next.messages.map(({ seq }) => seq));
        more = next.more;
      }
      expect(forth).toEqual(range(1, 120));
    });

    it.each([{}, { before: 10 }, { after: 0 }, { around: 1 }])(
      'of an empty chat is empty: %j',
      async (query) => {
        expect(await page({ chatId: emptyChatId, ...query }, alice)).toEqual({
          chatId: emptyChatId,
          messages: [],
          more: false,
          moreBefore: false,
          moreAfter: false,
          lastSeq: 0,
          version: 1,
        });
      },
    );

    it('is open to those who do not say who they are', async () => {
      const { messages } = await page({ limit: 1 }, await world.stranger());
      expect(messages).toMatchObject([{ seq: 120 }]);
    });

    it('shows the same message to both people', async () => {
      const [mine, theirs] = await Promise.all([page({}, alice), page({}, bob)]);
      expect(mine).toEqual(theirs);
    });
  });

  it.each([
    ['a number', (id: number) => id],
    ['a numeric string', (id: number) => String(id)],
    ['an object', (id: number) => ({ chatId: id })],
    ['an object of a string', (id: number) => ({ chatId: String(id) })],
  ])('can be asked for by %s', async (_, form) => {
    const { messages } = await bob.ok<Page>('getMessages', form(chatId));
    expect(messages).toHaveLength(50);
  });

  it('comes as messagesList to a caller without a callback', async () => {
    bob.emit('getMessages', { chatId, limit: 2 });
    expect(await bob.next('messagesList')).toEqual(await bob.ok('getMessages', { chatId, limit: 2 }));
    expect(alice.unread('messagesList')).toEqual([]);
  });
});

describe('A page of history that is read while messages are edited', () => {
  const MESSAGES = 20;
  const READS = 100;
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it.each<[string, (ids: readonly number[]) => object]>([
    ['the newest', () => ({})],
    ['those around one', () => ({ around: MESSAGES / 2 })],
    ['those with ids', (ids) => ({ ids })],
  ])('has every edit up to its version: %s', async (_, queryOf) => {
    const { alice, bob, chatId } = await world.pair();
    const sent = await Promise.all(
      Array.from({ length: MESSAGES }, (__, nth) =>
        alice.ok<MessageView>('sendMessage', { chatId, content: `message ${nth}` }),
      ),
    );
    /** Of each message, what it said from which version on, the oldest first. */
    const said = new Map(sent.map(({ id, version, content }) => [id, [{ version, content }]]));
    let isOver = false;
    const editing = (async () => {
      for (let nth = 0; !isOver; nth++) {
        const { id: messageId } = sent[(nth * 7) % MESSAGES]!;
        const content = `edit ${nth}`;
        const { version } = await alice.ok<MessageView>('editMessage', { messageId, content });
        said.get(messageId)!.push({ version, content });
      }
    })();
    const query = { chatId, ...queryOf(sent.map(({ id }) => id)) };
    const pages: MessagesPage[] = [];
    try {
      while (pages.length < READS) pages.push(await bob.ok<MessagesPage>('getMessages', query));
    } finally {
      isOver = true;
      await editing;
    }
    for (const { messages, version } of pages) {
      expect(messages).toHaveLength(MESSAGES);
      for (const message of messages) {
        const edits = said.get(message.id)!;
        const due = edits.findLast((edit) => edit.version <= version)!;
        expect(message.version).toBeGreaterThanOrEqual(due.version);
        const { content } = edits.find((edit) => edit.version === message.version)!;
        expect(message.content).toBe(content);
      }
    }
    // They were read meanwhile: most of them are of a version of their own.
    expect(new Set(pages.map(({ version }) => version)).size).toBeGreaterThan(READS / 10);
  });
});
