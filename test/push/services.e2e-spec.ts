import { execFileSync } from 'node:child_process';
import { projectRoot } from '../../src/common/project-root.js';
import { parseConfig } from '../../src/config/config.js';
import { Outbound } from '../../src/outbound/outbound.js';
import { ApnsSender } from '../../src/push/senders/apns-sender.js';
import {
  ApnsService,
  FcmService,
  pushVariables,
  type Refusal,
  WebPushService,
} from '../support/push-services.js';
import { eventually, World } from '../support/world.js';

const GATHER_MS = 100;
const DAY_MS = 86_400_000;

/** New keys, as an operator makes them. */
const printed = execFileSync('npm', ['run', '--silent', 'vapid'], { cwd: projectRoot(), encoding: 'utf8' });
const keys = Object.fromEntries(
  printed
    .trim()
    .split('\n')
    .map((line) => line.split('=')),
) as Record<'VAPID_PUBLIC_KEY' | 'VAPID_PRIVATE_KEY' | 'VAPID_SUBJECT', string>;
const vapid = {
  publicKey: keys.VAPID_PUBLIC_KEY,
  privateKey: keys.VAPID_PRIVATE_KEY,
  subject: keys.VAPID_SUBJECT,
};

describe('Push services', () => {
  let web: WebPushService;
  let fcm: FcmService;
  let apns: ApnsService;
  let world: World;
  let variables: Record<string, string>;
  beforeAll(async () => {
    [web, fcm, apns] = await Promise.all([
      WebPushService.start(vapid),
      FcmService.start(),
      ApnsService.start(),
    ]);
    variables = { ...pushVariables(vapid, { fcm, apns }), ...keys, PUSH_GATHER_MS: String(GATHER_MS) };
    world = await World.start(variables);
  });
  afterEach(() => {
    for (const service of [web, fcm, apns]) {
      service.answer = () => null;
      expect(service.faults.splice(0)).toEqual([]);
    }
  });
  afterAll(async () => {
    await world.stop();
    await Promise.all([web.stop(), fcm.stop(), apns.stop()]);
  });

  let phones = 0;
  /** Bob with a device of each kind, and Alice who writes to him. */
  const trio = async (at = world) => {
    const { alice, bob, chatId } = await at.pair();
    const phone = `phone-${++phones}`;
    const iphone = phones.toString(16).padStart(64, '0');
    const devices = [
      web.subscribe(),
      { kind: 'fcm', token: phone },
      { kind: 'apns', token: iphone },
    ] as const;
    for (const device of devices) await bob.ok('addPushTarget', device);
    const send = (content: string) => alice.ok<{ id: number }>('sendMessage', { chatId, content });
    const taken = () => [web.of(devices[0].token), fcm.of(phone), apns.of(iphone)];
    const targets = async () =>
      (
        await at.sql<{ kind: string }>('SELECT kind FROM push_targets WHERE "userId" = $1 ORDER BY id', [
          bob.userId,
        ])
      ).map(({ kind }) => kind);
    return { alice, bob, chatId, send, taken, targets };
  };
  const counted = async (kind: string, outcome: string) => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(
      new RegExp(`^chat_pushes_total\\{kind="${kind}",outcome="${outcome}"\\} (\\d+)$`, 'm').exec(
        text,
      )?.[1] ?? 0,
    );
  };
  const services = () => [web, fcm, apns];

  it('take what is signed with the keys that `npm run vapid` prints', async () => {
    expect(Object.keys(keys)).toEqual(['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT']);
    const { send, taken } = await trio();
    await send('hello');
    await eventually(() => taken().every(({ length }) => length === 1));
    await world.http
      .get('/push/key')
      .expect(200, { kinds: ['web', 'fcm', 'apns'], key: vapid.publicKey, preview: true });
  });

  it.each<[string, Refusal, Refusal, Refusal]>([
    [
      'gone',
      { status: 404 },
      { status: 404, body: { error: { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] } } },
      { status: 410, body: { reason: 'Unregistered', timestamp: 1 } },
    ],
    ['gone', { status: 410 }, { status: 404, body: { error: { status: 'UNREGISTERED' } } }, { status: 410 }],
    [
      'other_key',
      { status: 403, body: { message: 'VapidPkHashMismatch' } },
      { status: 403, body: { error: { details: [{ errorCode: 'SENDER_ID_MISMATCH' }] } } },
      { status: 400, body: { reason: 'DeviceTokenNotForTopic' } },
    ],
    [
      'other_key',
      { status: 400, body: { code: 400, message: 'vapidPkHashMismatch' } },
      { status: 403, body: { error: { status: 'SENDER_ID_MISMATCH' } } },
      { status: 400, body: { reason: 'DeviceTokenNotForTopic' } },
    ],
  ])('say that a device is %s: it is removed, and counted', async (outcome, ...refusals) => {
    const { send, targets } = await trio();
    const before = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, outcome)));
    services().forEach((service, nr) => (service.answer = () => refusals[nr]!));
    await send('to nobody');
    await eventually(async () => (await targets()).length === 0);
    const after = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, outcome)));
    expect(after).toEqual(before.map((count) => count + 1));
  });

  it('refuse a push for other reasons: it is not sent again, and the device stays', async () => {
    const { send, taken, targets } = await trio();
    const before = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, 'refused')));
    const refusals = [
      { status: 403, body: { message: 'the token is not valid' } },
      { status: 400, body: { error: { status: 'INVALID_ARGUMENT' } } },
      { status: 400, body: { reason: 'BadTopic' } },
    ];
    services().forEach((service, nr) => (service.answer = () => refusals[nr]!));
    await send('refused');
    await eventually(async () => {
      const now = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, 'refused')));
      return now.every((count, nr) => count === before[nr]! + 1);
    });
    for (const service of services()) service.answer = () => null;
    await send('the next');
    await eventually(() => taken().every(({ length }) => length === 1));
    expect(await targets()).toEqual(['web', 'fcm', 'apns']);
  });

  it.each([
    ['429 with Retry-After', { status: 429, headers: { 'retry-after': '4' } }, 4_000],
    ['503', { status: 503 }, 1_500],
  ])('that answer %s are asked again, not before they want to be', async (_, refusal, atLeastMs) => {
    const { send, taken, targets } = await trio();
    const calls = services().map(() => [] as number[]);
    services().forEach((service, nr) => {
      service.answer = () => (calls[nr]!.push(performance.now()) === 1 ? refusal : null);
    });
    await send('later');
    await eventually(() => taken().every(({ length }) => length === 1));
    for (const [first, second, ...more] of calls) {
      // A timer of Node may be a millisecond early.
      expect(second! - first!).toBeGreaterThan(atLeastMs - 5);
      expect(more).toEqual([]);
    }
    expect(await targets()).toEqual(['web', 'fcm', 'apns']);
  });

  it('that take nothing for a day are asked no more', async () => {
    const { send, taken } = await trio();
    const before = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, 'dropped')));
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now');
    try {
      for (const service of services()) service.answer = () => ({ status: 503 });
      const calls = services().map((service) => service.calls);
      let release!: () => void;
      const until = new Promise<void>((resolve) => (release = resolve));
      for (const service of services()) service.until = until;
      await send('never');
      await eventually(() => services().every((service, nr) => service.calls > calls[nr]!));
      clock.mockImplementation(() => now() + DAY_MS);
      release();
      await eventually(async () => {
        const all = await Promise.all(['web', 'fcm', 'apns'].map((kind) => counted(kind, 'dropped')));
        return all.every((count, nr) => count === before[nr]! + 1);
      });
    } finally {
      clock.mockRestore();
      for (const service of services()) service.until = Promise.resolve();
    }
    for (const service of services()) service.answer = () => null;
    expect(taken().flat()).toEqual([]);
  });

  it('get the tokens of this server once, not with each push, and new ones when they want them', async () => {
    const { send, taken } = await trio();
    const [given, used] = [fcm.tokens, apns.tokens.size];
    await send('one');
    await eventually(() => taken().every(({ length }) => length === 1));
    await send('two');
    await eventually(() => taken().every(({ length }) => length === 2));
    expect([fcm.tokens, apns.tokens.size]).toEqual([given, used]);
    let [refusedByFcm, refusedByApns] = [0, 0];
    fcm.answer = () => (refusedByFcm++ === 0 ? { status: 401 } : null);
    apns.answer = () =>
      refusedByApns++ === 0 ? { status: 403, body: { reason: 'ExpiredProviderToken' } } : null;
    await send('three');
    await eventually(() => taken().every(({ length }) => length === 3));
    expect([fcm.tokens, apns.tokens.size]).toEqual([given + 1, used + 1]);
  });

  it('of Apple get a new provider token after 50 minutes: it takes none that is an hour old', async () => {
    const { config } = parseConfig(variables);
    const outbound = new Outbound(config);
    const sender = new ApnsSender(config.push.apns!, outbound);
    const target = { id: 1, kind: 'apns', token: 'ef'.repeat(32), keys: null } as const;
    const push = { type: 'read', chatId: 1, seq: 1, badge: 0 } as const;
    const { now } = Date;
    const clock = jest.spyOn(Date, 'now');
    try {
      const before = apns.tokens.size;
      await sender.send(target, push);
      clock.mockImplementation(() => now() + 49 * 60_000);
      await sender.send(target, push);
      expect(apns.tokens.size).toBe(before + 1);
      clock.mockImplementation(() => now() + 51 * 60_000);
      await sender.send(target, push);
      expect(apns.tokens.size).toBe(before + 2);
    } finally {
      clock.mockRestore();
      sender.close();
      outbound.onApplicationShutdown();
    }
  });

  it('are told no words with PUSH_PREVIEW=off, whatever the person wants', async () => {
    const silent = await World.start({ ...variables, PUSH_PREVIEW: 'off' });
    try {
      const { alice, bob, send, taken } = await trio(silent);
      await silent.http
        .patch(`/users/${alice.userId}`)
        .set({ 'X-User-Id': String(alice.userId) })
        .send({ name: 'Somebody' })
        .expect(200);
      await bob.ok('updatePreferences', { preview: true });
      const { id: messageId } = await send('a secret');
      await eventually(() => taken().every(({ length }) => length === 1));
      const [ofWeb, ofFcm, ofApns] = taken().map(([push]) => push!.body);
      expect(ofWeb).toMatchObject({ title: 'New message', body: null, messageId });
      expect(ofFcm).toMatchObject({
        notification: { title: 'New message' },
        data: { messageId: String(messageId) },
      });
      expect(ofApns).toMatchObject({
        aps: { alert: { title: 'New message' }, 'mutable-content': 1 },
        messageId,
      });
      expect(JSON.stringify([ofWeb, ofFcm, ofApns])).not.toMatch(/secret|Somebody/);
      const { body } = await silent.http.get('/push/key').expect(200);
      expect(body).toMatchObject({ preview: false });
    } finally {
      await silent.stop();
    }
  });
});
