import type { AuditEntryView, ErasureView } from '../../src/contract/index.js';
import { removeOldAuditEntries } from '../../src/audit/audit.queries.js';
import { Database } from '../../src/database/database.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { RestAsker } from '../support/edges.js';
import { finished } from '../support/erasures.js';
import { pause } from '../support/time.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

const key = newApiKey();

describe('The audit', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' });
  });
  afterAll(() => world.stop());

  const asApplication = (path: string) => world.http.get(path).set('X-Api-Key', key);

  const audit = async (query: Record<string, unknown> = {}): Promise<AuditEntryView[]> =>
    (await asApplication('/audit').query(query).expect(200)).body as AuditEntryView[];

  /** A group with an owner and two more members, over REST. */
  async function group() {
    const [owner, admin, member] = await Promise.all([mint(world, key), mint(world, key), mint(world, key)]);
    const { body } = await world.http
      .post('/chats')
      .set(bearer(owner.accessToken))
      .send({ title: 'a group', memberIds: [admin.userId, member.userId] })
      .expect(201);
    return { owner, admin, member, chatId: (body as { id: number }).id };
  }

  it('has what admins did in a group, and nothing that members do with themselves', async () => {
    const { owner, admin, member, chatId } = await group();
    const by = bearer(owner.accessToken);
    const members = `/chats/${chatId}/members`;
    await world.http.patch(`${members}/${admin.userId}`).set(by).send({ role: 'admin' }).expect(200);
    // The same role again is no change.
    await world.http.patch(`${members}/${admin.userId}`).set(by).send({ role: 'admin' }).expect(200);
    await world.http.delete(`${members}/${member.userId}`).set(bearer(admin.accessToken)).expect(200);
    await world.http.post(`/chats/${chatId}/leave`).set(bearer(admin.accessToken)).expect(200);
    await world.http.delete(`/chats/${chatId}`).set(by).expect(200);
    const common = { id: expect.any(Number), at: expect.any(String), chatId, chatExternalId: null };
    // mint gives each person an externalId.
    const own = expect.stringMatching(/^person-/) as string;
    expect(await audit({ chatId })).toEqual([
      {
        ...common,
        actorId: owner.userId,
        actorExternalId: own,
        action: 'chatDeleted',
        userId: null,
        userExternalId: null,
        details: { type: 'group', memberCount: 1 },
      },
      {
        ...common,
        actorId: admin.userId,
        actorExternalId: own,
        action: 'memberRemoved',
        userId: member.userId,
        userExternalId: own,
        details: { role: 'member' },
      },
      {
        ...common,
        actorId: owner.userId,
        actorExternalId: own,
        action: 'roleChanged',
        userId: admin.userId,
        userExternalId: own,
        details: { role: 'admin', former: 'member' },
      },
    ]);
  });

  it('has a group that ends because its last member is removed, and none that its last member leaves', async () => {
    const [{ accessToken, userId }, left] = await Promise.all([mint(world, key), mint(world, key)]);
    const create = async (token: string) =>
      (await world.http.post('/chats').set(bearer(token)).send({ title: 'alone', memberIds: [] }).expect(201))
        .body as { id: number };
    const [group, other] = [await create(accessToken), await create(left.accessToken)];
    await world.http.delete(`/chats/${group.id}/members/${userId}`).set('X-Api-Key', key).expect(200);
    await world.http.post(`/chats/${other.id}/leave`).set(bearer(left.accessToken)).expect(200);
    expect((await audit({ chatId: group.id })).map(({ action, actorId }) => [action, actorId])).toEqual([
      ['chatDeleted', null],
      ['memberRemoved', null],
    ]);
    expect(await audit({ chatId: other.id })).toEqual([]);
  });

  it('has what the application did, without an actor', async () => {
    const { member, chatId } = await group();
    const { userId } = member;
    const app = { 'X-Api-Key': key };
    await world.http.delete(`/chats/${chatId}/members/${userId}`).set(app).expect(200);
    await world.http.post(`/users/${userId}/sessions/revoke`).set(app).expect(200);
    const before = '2026-01-01T00:00:00.000Z';
    await world.http.post(`/users/${userId}/tokens/revoke`).set(app).send({ before }).expect(200);
    expect(await audit({ userId })).toMatchObject([
      { actorId: null, action: 'sessionsRevoked', userId, chatId: null, details: { before } },
      { actorId: null, action: 'sessionsRevoked', userId, chatId: null, details: {} },
      { actorId: null, action: 'memberRemoved', userId, chatId },
    ]);
  });

  it('has who was silenced and banned, and for how long', async () => {
    const { owner, member, chatId } = await group();
    const by = new RestAsker(world, 0, bearer(owner.accessToken));
    const of = { chatId, userId: member.userId };
    const silencedUntil = '2099-01-01T00:00:00.000Z';
    await by.ok('silenceMember', { ...of, until: silencedUntil });
    await by.ok('unsilenceMember', of);
    await by.ok('banMember', { ...of, reason: 'spam' });
    await by.ok('unbanMember', of);
    const entries = await audit({ chatId });
    expect(entries.map(({ action }) => action)).toEqual([
      'memberUnbanned',
      'memberBanned',
      'memberUnsilenced',
      'memberSilenced',
    ]);
    for (const entry of entries)
      expect(entry).toMatchObject({ actorId: owner.userId, userId: member.userId });
    expect(JSON.stringify(entries)).toContain(silencedUntil);
  });

  it('has what the application does in chats as well', async () => {
    const { owner, member, chatId } = await group();
    const app = new RestAsker(world, 0, { 'X-Api-Key': key });
    const of = { chatId, userId: member.userId };
    await app.ok('setRole', { ...of, role: 'admin' });
    await app.ok('setRole', { ...of, role: 'member' });
    await app.ok('silenceMember', { ...of, until: '2099-01-01T00:00:00.000Z' });
    await app.ok('banMember', of);
    await app.ok('deleteChat', { chatId });
    const { id: direct } = await app.ok<{ id: number }>('createChat', {
      user1Id: owner.userId,
      user2Id: member.userId,
    });
    await app.ok('deleteChat', { chatId: direct });
    const actions = async (of: number) =>
      (await audit({ chatId: of })).map(({ action, actorId }) => [action, actorId]);
    expect(await actions(chatId)).toEqual([
      ['chatDeleted', null],
      ['memberBanned', null],
      ['memberSilenced', null],
      ['roleChanged', null],
      ['roleChanged', null],
    ]);
    expect(await actions(direct)).toEqual([['chatDeleted', null]]);
  });

  it('has the begin and the end of an erasure, and a change of what is kept', async () => {
    const { member, chatId } = await group();
    const app = new RestAsker(world, 0, { 'X-Api-Key': key });
    expect(await app.refused('updateChat', { chatId, retentionDays: 30 })).toBe('VALIDATION_FAILED');
    await app.ok('setRetention', { chatId, retentionDays: 30 });
    const erasure = await app.ok<ErasureView>('eraseUser', { userId: member.userId, messages: 'keep' });
    expect(erasure).toMatchObject({ status: 'running', userId: member.userId });
    const done = await finished(world, erasure.id, { 'X-Api-Key': key });
    const entries = await audit({ userId: member.userId });
    expect(entries.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['erasureFinished', 'erasureStarted']),
    );
    expect(entries.find(({ action }) => action === 'erasureStarted')).toMatchObject({
      actorId: null,
      details: { erasureId: done.id, messages: 'keep' },
    });
    expect(await audit({ chatId, action: 'retentionChanged' })).toMatchObject([{ actorId: null, chatId }]);
  });

  it('has the direct chats that an erasure deletes because nobody else has them, and no others', async () => {
    const [{ userId }, other] = await Promise.all([mint(world, key), mint(world, key)]);
    const app = new RestAsker(world, 0, { 'X-Api-Key': key });
    const create = (user2Id: number) => app.ok<{ id: number }>('createChat', { user1Id: userId, user2Id });
    const [own, kept] = [await create(userId), await create(other.userId)];
    const erasure = await app.ok<ErasureView>('eraseUser', { userId, messages: 'keep' });
    await finished(world, erasure.id, { 'X-Api-Key': key });
    expect(await audit({ chatId: own.id })).toMatchObject([
      {
        actorId: null,
        action: 'chatDeleted',
        userId: null,
        details: { type: 'direct', withoutMembers: true },
      },
    ]);
    expect(await audit({ chatId: kept.id })).toEqual([]);
  });

  it('has no entry of what was refused or rolled back', async () => {
    const { admin, member, chatId } = await group();
    const members = `/chats/${chatId}/members`;
    await world.http.delete(`${members}/${admin.userId}`).set(bearer(member.accessToken)).expect(403);
    await world.http.delete(`/chats/${chatId}`).set(bearer(member.accessToken)).expect(403);
    await world.http.delete(`${members}/${world.newId()}`).set('X-Api-Key', key).expect(404);
    expect(await audit({ chatId })).toEqual([]);
  });

  it('is read in pages, by person, actor, chat, action and time', async () => {
    const first = await group();
    const second = await group();
    for (const { owner, admin, member, chatId } of [first, second]) {
      const by = bearer(owner.accessToken);
      const members = `/chats/${chatId}/members`;
      await world.http.patch(`${members}/${admin.userId}`).set(by).send({ role: 'admin' }).expect(200);
      await world.http.delete(`${members}/${member.userId}`).set(by).expect(200);
    }
    const ids = async (query: Record<string, unknown>) => (await audit(query)).map(({ id }) => id);
    const actorId = first.owner.userId;
    const all = await audit({ actorId });
    expect(all.map(({ action }) => action)).toEqual(['memberRemoved', 'roleChanged']);
    const [removed, changed] = all as [AuditEntryView, AuditEntryView];
    expect(await ids({ actorId, limit: 1 })).toEqual([removed.id]);
    expect(await ids({ actorId, limit: 1, before: removed.id })).toEqual([changed.id]);
    expect(await ids({ actorId, before: changed.id })).toEqual([]);
    expect(await ids({ actorId, action: 'roleChanged' })).toEqual([changed.id]);
    expect(await ids({ userId: first.member.userId })).toEqual([removed.id]);
    expect(await ids({ chatId: second.chatId, action: 'memberRemoved' })).toHaveLength(1);
    expect(await ids({ actorId, since: removed.at, until: removed.at })).toEqual([]);
    expect(await ids({ actorId, since: '2020-01-01T00:00:00Z', until: '2021-01-01T00:00:00Z' })).toEqual([]);
    expect(await ids({ actorId, since: '2020-01-01T00:00:00+02:00' })).toEqual([removed.id, changed.id]);
    const everything = await ids({ limit: 200 });
    expect(everything).toEqual([...everything].sort((a, b) => b - a));
  });

  it.each([
    ['action', 'userEaten'],
    ['userId', '0'],
    ['chatId', '1e3'],
    ['actorId', '-1'],
    ['before', '9007199254740992'],
    ['limit', '201'],
    ['since', 'yesterday'],
    ['until', '2026-13-01T00:00:00Z'],
  ])('is not read by a wrong %s: %s', async (field, value) => {
    const { body } = await asApplication('/audit')
      .query({ [field]: value })
      .expect(400);
    expect(body.error).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(body.error.details[0].path).toBe(field);
  });

  it('is removed in parts of a bounded size', async () => {
    const userId = world.newId();
    await entries(world, userId, [...Array.from({ length: 1_200 }, () => 11), 9]);
    const database = Database.open({ url: world.config.database.url!, pool: 1, timeoutMs: 3_000 });
    const remove = () => removeOldAuditEntries(database, { days: 10, most: 500 });
    expect([await remove(), await remove(), await remove(), await remove()]).toEqual([500, 500, 200, 0]);
    await database.close();
    expect(await audit({ userId })).toHaveLength(1);
  });
});

/** Adds an entry about a user for each of these ages in days. */
const entries = (world: World, userId: number, ages: number[]) =>
  world.sql(
    `INSERT INTO audit_entries (at, action, "userId")
     SELECT now() - make_interval(days => days), 'userDeactivated', $1 FROM unnest($2::int[]) AS days`,
    [userId, ages],
  );

describe.each([
  { days: '10', stay: [1, 9] },
  // Unless it is said otherwise.
  { days: undefined, stay: [1, 9, 11, 300] },
])('The audit with AUDIT_DAYS=$days', ({ days, stay }) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(days === undefined ? {} : { AUDIT_DAYS: days });
  });
  afterAll(() => world.stop());

  it('forgets what is older by itself, and what is younger stays', async () => {
    const userId = world.newId();
    await entries(world, userId, [1, 9, 11, 300, 4_000]);
    const left = async () => {
      const rows = await world.sql<{ days: number }>(
        `SELECT extract(day FROM now() - at)::int AS days FROM audit_entries WHERE "userId" = $1 ORDER BY 1`,
        [userId],
      );
      return rows.map(({ days }) => days);
    };
    await waitFor(async () => (await left()).length === stay.length);
    expect(await left()).toEqual(stay);
  });
});

/** The first look comes some seconds after the start. */
async function waitFor(check: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; !(await check()); await pause(100)) {
    if (performance.now() > end) throw new Error('Nothing was removed');
  }
}
