import { decodeJwt } from 'jose';
import webPush from 'web-push';
import { parseConfig } from '../../src/config/config.js';
import { Outbound } from '../../src/outbound/outbound.js';
import { WebPushSender } from '../../src/push/senders/web-push-sender.js';
import { pushVariables, WebPushService } from '../support/push-services.js';

const HOUR_MS = 3_600_000;

describe('What a push to a browser is signed with', () => {
  const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:operator@example.com' };
  const { config } = parseConfig(pushVariables(vapid));
  let services: [WebPushService, WebPushService];
  let outbound: Outbound;
  beforeAll(async () => {
    services = await Promise.all([WebPushService.start(vapid), WebPushService.start(vapid)]);
    outbound = new Outbound(config);
    // Only what asks for the date: all that waits goes on as it does.
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...ALL_BUT_DATE] });
  });
  afterAll(async () => {
    jest.useRealTimers();
    outbound.onApplicationShutdown();
    await Promise.all(services.map((service) => service.stop()));
  });

  it('is kept for twelve hours for each service, and another one long before it ends', async () => {
    const sender = new WebPushSender(webPush, config.push.vapid!, outbound);
    const push = {
      type: 'more',
      chats: 2,
      title: 'Chats',
      body: '2 more',
      badge: null,
      shown: null,
    } as const;
    const signedFor = async (service: WebPushService) => {
      const { token, keys } = service.subscribe();
      expect(await sender.send({ id: 1, kind: 'web', token, keys }, push)).toEqual({ kind: 'ok' });
      return service.of(token).at(-1)!.headers.authorization!;
    };
    const claims = (header: string) => decodeJwt<{ aud: string; exp: number }>(/t=([^,]+)/.exec(header)![1]!);
    const hoursLeft = (header: string) => (claims(header).exp * 1_000 - Date.now()) / HOUR_MS;
    const [one, other] = services;
    const begun = Date.now();

    const first = await signedFor(one);
    expect(claims(first).aud).toBe(one.origin);
    expect(claims(await signedFor(other)).aud).toBe(other.origin);
    expect(await signedFor(one)).toBe(first);

    jest.setSystemTime(begun + 11.9 * HOUR_MS);
    expect(await signedFor(one)).toBe(first);
    expect(hoursLeft(first)).toBeGreaterThan(6);

    jest.setSystemTime(begun + 12.1 * HOUR_MS);
    const second = await signedFor(one);
    expect(second).not.toBe(first);
    expect(hoursLeft(second)).toBeGreaterThan(12);
    for (const { faults } of services) expect(faults).toEqual([]);
  });
});

const ALL_BUT_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const;
