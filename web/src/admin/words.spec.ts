import { actionOf, detailsOf, doerOf } from './audit/entries';
import { subjectOf } from './reports/subject';
import { parse } from './route';
import { agoOf, lengthOf } from './times';

describe('The page of operators', () => {
  it('has an address for each screen, and the overview for all else', () => {
    expect(parse('#/reports/dismissed')).toEqual({ screen: 'reports', status: 'dismissed' });
    expect(parse('#/reports/nonsense')).toEqual({ screen: 'reports', status: 'open' });
    expect(parse('#/people/12')).toEqual({ screen: 'people', userId: 12 });
    for (const rest of ['0', '-1', '1e3', '9'.repeat(16), '']) {
      expect(parse(`#/people/${rest}`)).toEqual({ screen: 'people', userId: null });
    }
    for (const hash of ['', '#/', '#/constructor', '#x']) expect(parse(hash)).toEqual({ screen: 'overview' });
  });

  it('says of an entry what there is to say, also of one that it does not know', () => {
    expect(actionOf('memberBanned')).toBe('Banned from a group');
    expect(actionOf('inviteRevoked')).toBe('Invite revoked');
    expect(actionOf('constructor')).toBe('Constructor');
    expect(detailsOf({ details: { until: null, reason: 'Spam', roles: ['a'] } })).toEqual([
      { name: 'reason', value: 'Spam' },
      { name: 'roles', value: '["a"]' },
    ]);
    const disabled = { action: 'webhookDisabled' as const, details: { webhookId: 3 } };
    expect(doerOf(disabled)).toBe('the application');
    expect(doerOf({ ...disabled, details: { webhookId: 3, error: 'HTTP 410' } })).toBe('this server');
  });

  it('takes reports of messages, people and chats', () => {
    const report = { reportId: 1, reporterId: 2, reason: null, status: 'open' as const };
    const times = { createdAt: '', updatedAt: '' };
    const message = { senderId: 7, content: 'hi', seq: 1, edits: [] } as never;
    expect(subjectOf({ ...report, ...times, message, chatId: 3 })).toEqual({
      kind: 'message',
      userId: 7,
      chatId: 3,
    });
    expect(subjectOf({ ...report, ...times, message: null, userId: 8 })).toEqual({
      kind: 'person',
      userId: 8,
      chatId: null,
    });
    expect(subjectOf({ ...report, ...times, chatId: 3 })).toEqual({ kind: 'chat', userId: null, chatId: 3 });
  });

  it('says times in words', () => {
    const now = Date.parse('2026-11-29T12:00:00Z');
    expect(agoOf('2026-11-29T11:57:00Z', now)).toBe('3 minutes ago');
    expect(agoOf('2026-11-30T13:00:00Z', now)).toBe('tomorrow');
    expect(agoOf('2026-11-29T12:00:10Z', now)).toBe('in a moment');
    expect([45_000, 61_000, 3 * 3_600_000 + 12 * 60_000, 26 * 3_600_000].map(lengthOf)).toEqual([
      '45 s',
      '1 min',
      '3 h 12 min',
      '1 day 2 h',
    ]);
  });
});
