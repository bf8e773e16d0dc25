import type { ChatListItem } from '@chat-api/client';
import { mayReact, mayWrite } from './rights';

const NOW = Date.parse('2026-11-29T12:00:00.000Z');
const BEFORE = '2026-11-29T11:59:59.000Z';
const AFTER = '2026-11-29T12:00:01.000Z';

const chat = (fields: Partial<ChatListItem>) =>
  ({
    type: 'group',
    role: 'member',
    sending: 'all',
    silencedUntil: null,
    canSend: true,
    canReact: true,
    ...fields,
  }) as ChatListItem;

describe('Whether one may write', () => {
  it('is what the server says, until a silence is over', () => {
    const silent = { canSend: false, canReact: false };
    expect(mayWrite(chat({}), NOW)).toBe(true);
    expect(mayWrite(chat(silent), NOW)).toBe(false);
    expect(mayWrite(chat({ ...silent, silencedUntil: AFTER }), NOW)).toBe(false);
    expect(mayWrite(chat({ ...silent, silencedUntil: BEFORE }), NOW)).toBe(true);
    expect(mayReact(chat({ ...silent, silencedUntil: AFTER }), NOW)).toBe(false);
    expect(mayReact(chat({ ...silent, silencedUntil: BEFORE }), NOW)).toBe(true);
  });

  it('is the same as before the silence where only admins write', () => {
    const was = { sending: 'admins', canSend: false, canReact: false, silencedUntil: BEFORE } as const;
    expect(mayWrite(chat(was), NOW)).toBe(false);
    expect(mayReact(chat(was), NOW)).toBe(true);
    expect(mayWrite(chat({ ...was, role: 'admin' }), NOW)).toBe(true);
  });
});
