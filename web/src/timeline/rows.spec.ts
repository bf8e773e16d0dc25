import type { Message, TimelineItem } from '@chat-api/client';
import { rowsOf } from './rows';

const ANN = 1;
const BEN = 2;
const MINUTE = 60_000;
const NOON = new Date(2026, 10, 20, 12).getTime();

let seq = 0;
function item(senderId: number | null, at: number, more: Partial<Message> = {}): TimelineItem {
  seq++;
  const message = {
    id: seq,
    seq,
    senderId,
    type: 'text',
    createdAt: new Date(at).toISOString(),
    ...more,
  } as Message;
  return { key: String(seq), seq, message, status: 'sent', changing: false };
}

const rows = (items: TimelineItem[], divider: number | null = null, [from, to] = [0, items.length]) =>
  rowsOf(items, from, to, divider, ANN);

describe('Rows', () => {
  beforeEach(() => (seq = 0));

  it('stand together when one person wrote them within five minutes', () => {
    const items = [
      item(BEN, NOON),
      item(BEN, NOON + 5 * MINUTE - 1),
      item(BEN, NOON + 10 * MINUTE - 1),
      item(ANN, NOON + 10 * MINUTE),
      item(null, NOON + 10 * MINUTE, { type: 'system' }),
      item(null, NOON + 10 * MINUTE, { type: 'system' }),
    ];
    expect(rows(items).map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, true],
      [true, true],
      [true, true],
      [true, true],
    ]);
  });

  it('begin anew at midnight, under the heading of the day', () => {
    const midnight = new Date(NOON).setHours(24, 0, 0, 0);
    const items = [
      item(BEN, midnight - MINUTE),
      item(BEN, midnight - 1),
      item(BEN, midnight),
      item(BEN, midnight + 1),
    ];
    expect(rows(items).map(({ day }) => day)).toEqual([true, false, true, false]);
    expect(rows(items).map(({ first, last }) => [first, last])).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [false, true],
    ]);
  });

  it('have the line "New" once, above the first unread message of somebody else', () => {
    const items = [BEN, ANN, BEN, BEN].map((who) => item(who, NOON));
    const dividers = (after: number | null, window?: [number, number]) =>
      rows(items, after, window).map(({ divider }) => divider);
    expect(dividers(null)).toEqual([false, false, false, false]);
    expect(dividers(1)).toEqual([false, false, true, false]);
    expect(dividers(4)).toEqual([false, false, false, false]);
    // Above what is drawn it stands already.
    expect(dividers(1, [3, 4])).toEqual([false]);
  });
});
