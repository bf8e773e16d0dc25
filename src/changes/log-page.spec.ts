import type { Change } from './log.queries.js';
import { pageOf } from './log-page.js';

const at = (messageId: number, outboxId = 0): Change => ({
  kind: outboxId === 0 ? 'newMessage' : 'messageEdited',
  chatId: 1,
  nr: 1,
  messageId: 1,
  details: null,
  at: '',
  position: { messageId, outboxId },
});
const settled = { messageId: 100, outboxId: 50 };
const places = (changes: readonly Change[]) =>
  changes.map(({ position }) => `${position.messageId}.${position.outboxId}`);

describe('A page of the log', () => {
  it('reaches up to what is settled when both streams end', () => {
    const page = pageOf([at(5), at(5, 1), at(7)], settled, 3);
    expect(places(page.changes)).toEqual(['5.0', '5.1', '7.0']);
    expect(page.upTo).toEqual(settled);
  });

  it('ends with the last message and what was noted right after it, when there are more messages', () => {
    const page = pageOf([at(5), at(7), at(7, 3), at(9, 2)], settled, 2);
    expect(places(page.changes)).toEqual(['5.0', '7.0', '7.3']);
    expect(page.upTo).toEqual({ messageId: 7, outboxId: 3 });
  });

  it('ends with the last noted change, when there are more of those', () => {
    const page = pageOf([at(5), at(5, 1), at(6, 2), at(7)], settled, 2);
    expect(places(page.changes)).toEqual(['5.0', '5.1', '6.2']);
    expect(page.upTo).toEqual({ messageId: 6, outboxId: 2 });
  });
});
