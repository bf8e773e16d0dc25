import pg from 'pg';
import webPush from 'web-push';
import { bearer, loggedIn, ownAccounts } from '../support/accounts.js';
import { waitingForLock } from '../support/database-locks.js';
import { ApnsService, FcmService, pushVariables, WebPushService } from '../support/push-services.js';
import { type Client, World } from '../support/world.js';

const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:operator@example.com' };

describe('A device that gets pushes', () => {
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
    variables = { ...pushVariables(vapid, { fcm, apns }), SINKS: 'off' };
    world = await World.start(variables);
  });
  afterAll(async () => {
    await world.stop();
    await Promise.all([web.stop(), fcm.stop(), apns.stop()]);
  });

  const pair = async () => {
    const { alice, bob } = await world.pair();
    const device = web.subscribe();
    await bob.ok('addPushTarget', device);
    return { alice, bob, device };
  };
  const targetsOf = (client: Client) =>
    world.sql<{ token: string }>('SELECT token FROM push_targets WHERE "userId" = $1', [client.userId]);

  it('is one of 20 at most of a person, however many are added at once', async () => {
    const alice = await world.person();
    const add = () => world.http.put('/push/targets').send({ ...web.subscribe(), userId: alice.userId });
    for (let nr = 0; nr < 20; nr++) await add().expect(200);
    // All of them are at it at the same time: the oldest one, which each would remove, is locked until they are.
    const locking = new pg.Client({ connectionString: String(world.config.database.url) });
    await locking.connect();
    await locking.query('BEGIN');
    await locking.query('SELECT 1 FROM push_targets WHERE "userId" = $1 FOR UPDATE', [alice.userId]);
    const adding = Promise.all([1, 2, 3].map(() => add().expect(200)));
    await waitingForLock(world, 3);
    await locking.query('COMMIT');
    await locking.end();
    await adding;
    expect(await targetsOf(alice)).toHaveLength(20);
  });

  it('goes to the person who added the device last, and no more once it is removed', async () => {
    const { alice, bob, device } = await pair();
    expect(await alice.ok('addPushTarget', { ...device, deviceId: 'laptop' })).toMatchObject({
      userId: alice.userId,
      kind: 'web',
      deviceId: 'laptop',
    });
    expect(await targetsOf(bob)).toEqual([]);
    const newer = web.subscribe();
    await alice.ok('addPushTarget', { ...newer, deviceId: 'laptop' });
    expect(await targetsOf(alice)).toEqual([{ token: newer.token }]);
    expect(await bob.ok('removePushTarget', { token: newer.token })).toMatchObject({ removed: false });
    await world.http
      .delete('/push/targets')
      .query({ token: newer.token, userId: alice.userId })
      .expect(200, { userId: alice.userId, removed: true });
    expect(await targetsOf(alice)).toEqual([]);
  });

  it('goes only where the server may call', async () => {
    const alice = await world.person();
    const device = { ...web.subscribe(), token: 'http://10.0.0.1/push' };
    expect(await alice.refused('addPushTarget', device)).toBe('VALIDATION_FAILED');
    expect(await alice.refused('addPushTarget', { kind: 'apns', token: 'no hex' })).toBe('VALIDATION_FAILED');
    expect(await alice.refused('addPushTarget', { kind: 'web', token: device.token })).toBe(
      'VALIDATION_FAILED',
    );
    const noPoint = Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 1)]).toString('base64url');
    const { keys, ...good } = web.subscribe();
    expect(await alice.refused('addPushTarget', { ...good, keys: { ...keys, p256dh: noPoint } })).toBe(
      'VALIDATION_FAILED',
    );
    await world.http
      .get('/push/key')
      .expect(200, { kinds: ['web', 'fcm', 'apns'], key: vapid.publicKey, preview: true });
  });

  it('ends with the session in which the device was added', async () => {
    const accounts = await World.start({
      ...variables,
      ...ownAccounts(),
      REGISTRATION: 'open',
      SINKS: 'off',
    });
    try {
      const { user, accessToken, refreshToken } = await loggedIn(accounts);
      const add = accounts.http.put('/push/targets').set(bearer(accessToken)).send(web.subscribe());
      await add.expect(200);
      const rows = () =>
        accounts.sql('SELECT kind FROM push_targets WHERE "userId" = $1 AND "sessionId" IS NOT NULL', [
          user.id,
        ]);
      expect(await rows()).toEqual([{ kind: 'web' }]);
      await accounts.http.post('/auth/logout').send({ refreshToken }).expect(200);
      expect(await rows()).toEqual([]);
      const other = await loggedIn(accounts);
      // As if it ended at the moment at which the device is added.
      await accounts.sql('DELETE FROM sessions WHERE "userId" = $1', [other.user.id]);
      await accounts.http
        .put('/push/targets')
        .set(bearer(other.accessToken))
        .send(web.subscribe())
        .expect(401);
      expect(await accounts.sql('SELECT 1 FROM push_targets')).toEqual([]);
    } finally {
      await accounts.stop();
    }
  });
});

describe('A server without keys', () => {
  it('has no sink for pushes, and says which kinds it has', async () => {
    const world = await World.start({ SINKS: 'on', INBOX: 'off' });
    try {
      const alice = await world.person();
      expect(await alice.refused('addPushTarget', { kind: 'fcm', token: 'a token' })).toBe('NOT_CONFIGURED');
      await world.http.get('/push/key').expect(200, { kinds: [], key: null, preview: true });
      expect(await world.sql('SELECT name FROM sinks')).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});
