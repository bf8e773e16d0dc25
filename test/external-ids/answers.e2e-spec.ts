import type {
  AuditEntryView,
  BannedPage,
  ChatListItem,
  DeactivationView,
  MembersPage,
  MintedTokenView,
  PublicChatsPage,
  ReportView,
  SyncedView,
  UserView,
} from '../../src/contract/index.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { eventually, World } from '../support/world.js';

describe('Answers name people and chats by the ids of the application', () => {
  const key = newApiKey();
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    const users = ['ann', 'bob', 'cleo'].map((externalId) => ({ externalId, name: externalId }));
    await ask('PUT', '/users', { users });
    await ask('POST', '/chats', {
      externalId: 'order-7',
      title: 'Order 7',
      visibility: 'public',
      memberIds: ['external:ann', 'external:bob'],
    });
    await ask('POST', '/chats', { user1Id: 'external:ann', user2Id: 'external:bob' });
  });
  afterAll(() => world.stop());

  type Headers = Record<string, string>;

  async function answerTo(method: string, path: string, body: object | null, headers: Headers) {
    const response = await fetch(`http://127.0.0.1:${world.app.httpPort}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  /** As the application, with further headers. */
  async function ask<T>(
    method: string,
    path: string,
    body: object | null = null,
    headers: Headers = {},
  ): Promise<T> {
    const answer = await answerTo(method, path, body, { 'x-api-key': key, ...headers });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as T;
  }

  /** As a person. */
  async function askAs<T>(
    externalId: string,
    method: string,
    path: string,
    body: object | null = null,
  ): Promise<T> {
    const { accessToken } = await ask<MintedTokenView>('POST', '/auth/tokens', { externalId });
    const answer = await answerTo(method, path, body, { authorization: `Bearer ${accessToken}` });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body as T;
  }

  const GROUP = '/chats/external:order-7';

  it('of tokens, by whichever id they are asked for', async () => {
    const byOwn = await ask<MintedTokenView>('POST', '/auth/tokens', { externalId: 'ann' });
    expect(byOwn.externalId).toBe('ann');
    const { userId } = byOwn;
    expect(await ask<MintedTokenView>('POST', '/auth/tokens', { userId })).toMatchObject({
      externalId: 'ann',
    });
  });

  it('of deactivations, which can be asked for one person', async () => {
    const deactivated = await ask<DeactivationView>('POST', '/users/external:cleo/deactivate', {});
    expect(deactivated.externalId).toBe('cleo');
    const of = (query: string) => ask<DeactivationView[]>('GET', `/deactivations${query}`);
    expect((await of('')).map(({ externalId }) => externalId)).toEqual(['cleo']);
    expect(await of('?userId=external:cleo')).toHaveLength(1);
    expect(await of('?userId=external:ann')).toEqual([]);
    expect(await of('?after=external:cleo')).toEqual([]);
    expect(await ask('POST', '/users/external:cleo/reactivate')).toMatchObject({ externalId: 'cleo' });
  });

  it('of reports and of the audit log', async () => {
    await askAs('bob', 'POST', '/users/external:ann/reports', { reason: 'x' });
    await askAs('bob', 'POST', `${GROUP}/reports`, { reason: 'x' });
    expect(await ask<ReportView[]>('GET', '/reports')).toMatchObject([
      { reporterExternalId: 'bob', userExternalId: 'ann', chatExternalId: null },
      { reporterExternalId: 'bob', userExternalId: null, chatExternalId: 'order-7' },
    ]);
    await ask('POST', '/chats', { externalId: 'gone', title: 'x', memberIds: ['external:ann'] });
    await ask('DELETE', '/chats/external:gone');
    await askAs('ann', 'PUT', `${GROUP}/banned/external:bob`);
    const entries = await ask<AuditEntryView[]>('GET', '/audit');
    const latest = (action: string) => entries.find((one) => one.action === action);
    expect(latest('memberBanned')).toMatchObject({
      actorExternalId: 'ann',
      userExternalId: 'bob',
      chatExternalId: 'order-7',
    });
    expect(latest('chatDeleted')).toMatchObject({ actorExternalId: null, chatExternalId: null });
  });

  it('of who is banned, and why people can’t be added; a person who bans does not learn it', async () => {
    const banned = (page: BannedPage) => page.banned.map(({ externalId }) => externalId);
    expect(banned(await ask('GET', `${GROUP}/banned`))).toEqual(['bob']);
    expect(banned(await askAs('ann', 'GET', `${GROUP}/banned`))).toEqual([null]);
    const again = { userIds: ['external:bob', 'external:cleo'] };
    const answer = await answerTo('POST', `${GROUP}/members`, again, { 'x-api-key': key });
    const users = [{ id: expect.any(Number), externalId: 'bob' }];
    expect(answer.body).toMatchObject({ error: { code: 'CONFLICT', details: { reason: 'banned', users } } });
  });

  it('of public groups, to members and the application', async () => {
    const shown = ({ chats }: PublicChatsPage) => chats.map(({ externalId }) => externalId);
    expect(shown(await ask('GET', '/public-chats'))).toEqual(['order-7']);
    expect(shown(await askAs('ann', 'GET', '/public-chats'))).toEqual(['order-7']);
    expect(shown(await askAs('cleo', 'GET', '/public-chats'))).toEqual([null]);
  });

  it('also where it acts in a person’s name; the person is not shown those of others', async () => {
    const asAnn = { 'x-user-id': 'external:ann' };
    const other = (chats: ChatListItem[]) => chats.flatMap(({ otherUser }) => otherUser?.externalId ?? null);
    const theirs = '/chats/user/external:ann';
    const withKey = await ask<ChatListItem[]>('GET', theirs);
    expect(other(withKey)).toContain('bob');
    expect(other(await askAs('ann', 'GET', theirs))).not.toContain('bob');
    const members = async (page: Promise<MembersPage>) =>
      (await page).members.map(({ externalId }) => externalId);
    await ask('POST', `${GROUP}/members`, { userIds: ['external:cleo'] });
    expect(await members(ask('GET', `${GROUP}/members`, null, asAnn))).toEqual(['ann', 'cleo']);
    expect(await members(askAs('ann', 'GET', `${GROUP}/members`))).toEqual(['ann', null]);
    const ids = async (users: Promise<UserView[]>) => (await users).map(({ externalId }) => externalId);
    const both = '/users?ids=external:ann,external:bob';
    expect(await ids(ask('GET', both, null, asAnn))).toEqual(['ann', 'bob']);
    expect(await ids(askAs('ann', 'GET', both))).toEqual(['ann', null]);
    const since = new Date(Date.now() - 60_000).toISOString();
    await ask('PATCH', '/users/external:bob', { name: 'Bob' });
    const news = { versions: {}, since };
    const synced = async (view: Promise<SyncedView>) =>
      (await view).users.map(({ externalId }) => externalId);
    await eventually(async () => (await synced(ask('POST', '/sync', news, asAnn))).includes('bob'));
    expect(await synced(askAs('ann', 'POST', '/sync', news))).not.toContain('bob');
  });

  describe('and what is misspelt finds neither nothing nor everything', () => {
    const refusal = async (path: string, headers: Headers = {}) => {
      const { status, body } = await answerTo('GET', path, null, { 'x-api-key': key, ...headers });
      const { error } = body as { error?: { code: string; details?: { path: string; message: string }[] } };
      return { status, code: error?.code, details: error?.details };
    };

    it.each([
      ['/chats?memberId=external:typo', 'memberId'],
      ['/audit?userId=external:typo', 'userId'],
      ['/audit?chatId=external:typo', 'chatId'],
      ['/deactivations?userId=external:typo', 'userId'],
      ['/chats/user/external:typo', 'userId'],
      ['/users?after=external:typo', 'after'],
    ])('%s', async (path, field) => {
      expect(await refusal(path)).toMatchObject({ status: 404, details: [{ path: field }] });
    });

    it('nor does somebody who is not there act', async () => {
      expect(await refusal('/chats/external:order-7', { 'x-user-id': 'external:typo' })).toMatchObject({
        status: 404,
        details: [{ path: 'X-User-Id' }],
      });
    });

    it.each([
      // A parameter that is not known is not repeated: it may be anything.
      ['/chats?externalId=order-7', '', 'externalIdPrefix'],
      ['/reports?userId=external:ann', '', 'status'],
      ['/audit?memberId=external:ann', '', 'actorId'],
      ['/users?externalId=ann', 'externalId', 'ids=external:'],
    ])('%s', async (path, field, instead) => {
      const details = [{ path: field, message: expect.stringContaining(instead) }];
      expect(await refusal(path)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', details });
    });

    it('while a list leaves out whom there is not, and a person learns nothing', async () => {
      const users = await ask<UserView[]>('GET', '/users?ids=external:ann,external:typo');
      expect(users.map(({ externalId }) => externalId)).toEqual(['ann']);
      const asPerson = await askAs<UserView[]>('cleo', 'GET', '/users?after=external:typo&unknown=1');
      expect(asPerson).toEqual([]);
    });
  });

  it('of people in pages that begin after one of them', async () => {
    const { members } = await ask<MembersPage>('GET', `${GROUP}/members?after=external:ann`);
    expect(members.map(({ externalId }) => externalId)).not.toContain('ann');
    const users = await ask<UserView[]>('GET', '/users?after=external:ann');
    expect(users.map(({ externalId }) => externalId)).toEqual(['bob', 'cleo']);
    expect((await ask<MembersPage>('GET', `${GROUP}/members?after=0`)).members[0]!.externalId).toBe('ann');
  });
});
