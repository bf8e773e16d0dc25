import fc from 'fast-check';
import { type ChatMessageRow, type ReadChat, pagesWithin } from './pages.js';

const chatOf = (id: number, sizes: readonly number[], reset = false): ReadChat => ({
  item: { chat: { id, version: sizes.length } } as ReadChat['item'],
  messages: sizes.map((size, index) => ({ chatId: id, version: index + 1, size }) as ChatMessageRow),
  reset,
});
const frame = Buffer.byteLength(JSON.stringify(chatOf(1, []).item));
const shown = ({ pages, more }: ReturnType<typeof pagesWithin>) => ({
  pages: pages.map((page) => [page.item.chat.id, page.messages.length, page.upTo, page.more]),
  more,
});

describe('pagesWithin', () => {
  it('takes all that fits, and cuts a chat at its limit of messages', () => {
    const bounds = { messages: 2, bytes: 1_000 };
    expect(shown(pagesWithin(bounds, [chatOf(1, [9, 9]), chatOf(2, [9, 9, 9]), chatOf(3, [])]))).toEqual({
      pages: [
        [1, 2, 2, false],
        [2, 2, 2, true],
        [3, 0, 0, false],
      ],
      more: false,
    });
  });

  it('ends at the message that does not fit, and leaves out the chats after it', () => {
    const bounds = { messages: 100, bytes: 2 * frame + 50 };
    expect(shown(pagesWithin(bounds, [chatOf(1, [20]), chatOf(2, [20, 10, 1]), chatOf(3, [])]))).toEqual({
      pages: [
        [1, 1, 1, false],
        [2, 2, 2, true],
      ],
      more: true,
    });
  });

  it('never cuts a chat that is reset: it is sent whole, or left for the next page', () => {
    const bounds = { messages: 100, bytes: 2 * frame + 50 };
    const [small, large] = [chatOf(1, [20]), chatOf(2, [20, 20], true)];
    expect(shown(pagesWithin(bounds, [small, large]))).toEqual({ pages: [[1, 1, 1, false]], more: true });
    expect(shown(pagesWithin(bounds, [large, small]))).toEqual({ pages: [[2, 2, 2, false]], more: true });
  });

  it('makes progress on every call, and ends with everything, whatever the sizes', () => {
    const chats = fc.array(
      fc.tuple(fc.array(fc.integer({ min: 1, max: 80 }), { maxLength: 6 }), fc.boolean()),
    );
    fc.assert(
      fc.property(
        chats,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 4 }),
        (all, bytes, most) => {
          const has = new Map<number, number>();
          const whole = new Set<number>();
          for (let round = 0; ; round++) {
            expect(round).toBeLessThan(100);
            const left = all.flatMap(([sizes, reset], id) => {
              if (whole.has(id)) return [];
              const read = chatOf(id, sizes, reset);
              // As the statements do: the messages after the known ones, and one more than the limit.
              const messages = reset
                ? read.messages
                : read.messages.slice(has.get(id) ?? 0).slice(0, most + 1);
              return [{ ...read, messages }];
            });
            const { pages, more } = pagesWithin({ messages: most, bytes }, left);
            for (const page of pages) {
              has.set(page.item.chat.id, (has.get(page.item.chat.id) ?? 0) + page.messages.length);
              if (!page.more) whole.add(page.item.chat.id);
            }
            if (!more && pages.every((page) => !page.more)) break;
          }
          expect([...whole].sort((a, b) => a - b)).toEqual(all.map((_, id) => id));
          for (const [id, [sizes]] of all.entries()) expect(has.get(id)).toBe(sizes.length);
        },
      ),
    );
  });
});
