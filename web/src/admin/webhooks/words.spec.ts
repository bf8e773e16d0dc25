import type { Webhook } from '@chat-api/client';
import { meaningOf, nameOf, placeOf, standingOf } from './words';

const NOW = Date.parse('2026-11-29T12:00:00Z');

const webhook = (changed: Partial<Webhook>): Webhook => ({
  id: 1,
  url: 'https://example.com/hook',
  events: ['*'],
  description: null,
  status: 'on',
  failures: 0,
  failingSince: null,
  nextTryAt: null,
  lastError: null,
  skippedAt: null,
  parked: 0,
  dead: 0,
  createdAt: '',
  updatedAt: '',
  ...changed,
});

describe('Webhooks in the page of operators', () => {
  it('say why nothing is sent, and what comes next', () => {
    expect(standingOf(webhook({}))).toBeNull();
    const paused = webhook({
      status: 'paused',
      failures: 3,
      failingSince: '2026-11-29T11:54:00Z',
      nextTryAt: '2026-11-29T12:30:00Z',
      lastError: 'HTTP 503',
    });
    expect(standingOf(paused, NOW)).toBe(
      'Its receiver is down: HTTP 503. It failed itself: its own log says why. 3 tries failed, the first 6 minutes ago; the next is in 30 minutes. What happens meanwhile waits for it, in order.',
    );
    expect(standingOf({ ...paused, failures: 1, nextTryAt: '2026-11-29T11:59:59Z' }, NOW)).toContain(
      'One try failed, the first 6 minutes ago; it is tried now.',
    );
    expect(standingOf(webhook({ status: 'disabled' }))).toMatch(/^It was disabled\./);
    expect(standingOf(webhook({ status: 'disabled', lastError: 'HTTP 410' }))).toMatch(/wants no events/);
    expect(standingOf(webhook({ status: 'disabled', lastError: 'ETIMEDOUT' }))).toMatch(/down for too long/);
  });

  it('explain errors they know, and leave others to their code', () => {
    for (const error of ['HTTP 301', 'HTTP 401', 'HTTP 404', 'HTTP 500', 'CERT_HAS_EXPIRED', 'ENOTFOUND'])
      expect(meaningOf(error)).not.toBeNull();
    for (const error of ['HTTP 418', 'EFAILED', 'constructor']) expect(meaningOf(error)).toBeNull();
  });

  it('are called by what they are for, else by their host', () => {
    expect(nameOf({ url: 'https://example.com:444/a?b', description: '' })).toBe('example.com:444');
    expect(nameOf({ url: 'https://example.com/a', description: 'Mails' })).toBe('Mails');
    expect(placeOf('https://example.com:444/a?b=c')).toEqual({ host: 'example.com:444', path: '/a?b=c' });
    expect(placeOf('http://example.com/')).toEqual({ host: 'example.com', path: '' });
  });
});
