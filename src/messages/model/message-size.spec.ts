import type { MessageRow } from '../../database/models/message.model.js';
import { fittingIn, sentBytes, type Sized } from './message-size.js';
import { toReplyTo } from './shown.js';
import { toMessageView } from './message.view.js';

const message = (content: string, size = 0): Sized & MessageRow => ({
  id: Number.MAX_SAFE_INTEGER,
  seq: Number.MAX_SAFE_INTEGER,
  version: Number.MAX_SAFE_INTEGER,
  type: 'system',
  senderId: Number.MAX_SAFE_INTEGER,
  clientId: '"'.repeat(128),
  content,
  replyToId: Number.MAX_SAFE_INTEGER,
  metadata: { text: '\u0001字"' },
  reactions: [{ emoji: '👍', count: 1, userIds: [1] }],
  createdAt: '2026-11-29T00:00:00.000Z',
  editedAt: '2026-11-29T00:00:00.000Z',
  deletedAt: '2026-11-29T00:00:00.000Z',
  seen: false,
  size,
});

describe('The size of a message', () => {
  it.each([
    '',
    'plain',
    '字'.repeat(9_000),
    '\u0001'.repeat(9_000),
    '"\\\n'.repeat(3_000),
    '😀'.repeat(5_000),
  ])('is at least what it takes as JSON in UTF-8 (%#)', (content) => {
    const row = message(content);
    const id = Number.MAX_SAFE_INTEGER;
    const replied = { messageId: id, seq: id, senderId: id, text: '\u0001'.repeat(200), deleted: false };
    const view = toMessageView(
      row,
      { chatId: id, user1Id: id, user2Id: id },
      { replies: new Map([[id, toReplyTo(replied)]]), own: { userId: 1, among: new Set() } },
    );
    const bytes = Buffer.byteLength(`${JSON.stringify(view)},`);
    expect(sentBytes(row)).toBeGreaterThanOrEqual(bytes);
    expect(sentBytes(row)).toBeLessThan(bytes + 400);
  });

  it('is never less than what the statement has measured', () => {
    expect(sentBytes(message('', 5_000))).toBe(5_000);
  });
});

describe('fittingIn', () => {
  it('takes messages while they fit, and one at least', () => {
    const three = [1_000, 1_000, 1_000].map((size) => ({ ...message('', size), replyToId: null }));
    expect(fittingIn(3_000, three)).toBe(3);
    expect(fittingIn(2_999, three)).toBe(2);
    expect(fittingIn(10, three)).toBe(1);
    expect(fittingIn(10, [])).toBe(0);
  });
});
