import { once } from 'node:events';
import type { ErasureView, MessagesPage, MessageView, SessionView } from '../../src/contract/index.js';
import {
  bearer,
  connected,
  loggedIn,
  mint,
  newApiKey,
  newName,
  ownAccounts,
  PASSWORD,
  refusal,
  register,
} from '../support/accounts.js';
import { finished, tracesOf } from '../support/erasures.js';
import { AUDIENCE, ISSUER, KeyServer, Signer } from '../support/key-server.js';
import { type Client, World } from '../support/world.js';

jest.setTimeout(60_000);

const key = newApiKey();

describe('With accounts of the server, a person who is erased', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
  });
  afterAll(() => world.stop());

  const erase = async (userId: number) => {
    const { body } = await world.http
      .delete(`/users/${userId}?messages=erase`)
      .set('X-Api-Key', key)
      .expect(200);
    return finished(world, (body as ErasureView).id, { 'X-Api-Key': key });
  };

  it('is logged out on every device at once, and no token is accepted any more', async () => {
    const person = await connected(world);
    const { accessToken, refreshToken, user } = person.session;
    const closed = once(person.socket as never, 'disconnect');
    await erase(user.id);
    await closed;
    await world.http.get('/auth/me').set(bearer(accessToken)).expect(401);
    await world.http.post('/auth/refresh').send({ refreshToken }).expect(401);
    expect(await refusal(world, { token: accessToken })).toMatchObject({ code: 'TOKEN_INVALID' });
    await world.http.post('/auth/login').send({ username: user.username, password: PASSWORD }).expect(401);
    await world.http.post('/auth/tokens').set('X-Api-Key', key).send({ userId: user.id }).expect(404);
    expect(await tracesOf(world.config.database.url!, user.id, [user.username!])).toEqual([]);
  });

  it('can not be met any more: nobody opens a chat with them', async () => {
    const [person, other] = await Promise.all([loggedIn(world), loggedIn(world)]);
    await erase(person.user.id);
    await world.http
      .post('/chats')
      .set(bearer(other.accessToken))
      .send({ user1Id: other.user.id, user2Id: person.user.id })
      .expect(404);
    // The name is free for somebody else.
    await register(world, person.user.username!);
  });

  it('may have asked for it themselves, with their password', async () => {
    const { accessToken, user } = await loggedIn(world);
    const ask = (body: object) => world.http.delete('/auth/me').set(bearer(accessToken)).send(body);
    await ask({ messages: 'erase' }).expect(400);
    await ask({ password: PASSWORD }).expect(400);
    const wrong = await ask({ password: `not ${PASSWORD}`, messages: 'erase' });
    expect((wrong.body as { error: { code: string } }).error.code).toBe('CREDENTIALS_WRONG');
    await world.http.get('/auth/me').set(bearer(accessToken)).expect(200);
    const { body } = await ask({ password: PASSWORD, messages: 'erase' }).expect(200);
    expect(body).toMatchObject({ userId: user.id, messages: 'erase' });
    await finished(world, (body as ErasureView).id, { 'X-Api-Key': key });
    await world.http.get('/auth/me').set(bearer(accessToken)).expect(401);
  });

  it.each(['erase', 'keep'])('erase themselves with `?messages=%s`, and others see it', async (messages) => {
    const [person, other] = [await connected(world), await connected(world)];
    const { id: userId, username } = person.session.user;
    const { chatId } = await person.ok<MessageView>('sendMessage', {
      receiverId: other.session.user.id,
      content: 'my words',
    });
    const { body } = await world.http
      .delete(`/auth/me?messages=${messages}`)
      .set(bearer(person.session.accessToken))
      .send({ password: PASSWORD })
      .expect(200);
    expect(body).toMatchObject({ userId, messages, status: 'running' });
    await finished(world, (body as ErasureView).id, { 'X-Api-Key': key });
    const page = await other.ok<MessagesPage>('getMessages', { chatId });
    expect(page.messages.map(({ content, senderId }) => ({ content, senderId }))).toEqual([
      { content: messages === 'keep' ? 'my words' : '', senderId: userId },
    ]);
    expect(await other.ok('getUsers', { ids: [userId] })).toMatchObject([{ id: userId, name: null }]);
    const left = messages === 'keep' ? ['messages.content (my words)'] : [];
    expect(await tracesOf(world.config.database.url!, userId, [username!, 'my words'])).toEqual(left);
  });

  it('is a new and empty person when the application mints a token for the externalId again', async () => {
    const externalId = newName();
    const before = await mint(world, key, { externalId });
    await erase(before.userId);
    const after = await mint(world, key, { externalId });
    expect(after.userId).not.toBe(before.userId);
    await world.http.get('/auth/me').set(bearer(before.accessToken)).expect(401);
  });
});

describe('With tokens of another issuer, a person who is erased', () => {
  let world: World;
  let keys: KeyServer;
  let signer: Signer;
  beforeAll(async () => {
    signer = await Signer.of('erasing');
    keys = await KeyServer.start();
    await keys.show(signer);
    world = await World.start({
      AUTH: 'jwt',
      JWT_JWKS_URL: keys.url,
      JWT_ISSUER: ISSUER,
      JWT_AUDIENCE: AUDIENCE,
      API_KEYS: key,
    });
  });
  afterAll(async () => {
    await world.stop();
    await keys.stop();
  });

  const meBy = (token: string) => world.http.get('/auth/me').set(bearer(token));

  it('is refused with a token from before, and a new and empty person with a later one', async () => {
    const sub = newName();
    const old = await signer.sign({ sub, name: 'Old Name' });
    const client: Client = await world.bearer(0, old);
    const me = await meBy(old).expect(200);
    const { id } = me.body as SessionView['user'];
    const closed = once(client.socket as never, 'disconnect');
    const { body } = await world.http.delete(`/users/${id}?messages=erase`).set('X-Api-Key', key).expect(200);
    await closed;
    await finished(world, (body as ErasureView).id, { 'X-Api-Key': key });
    const refused = await meBy(old).expect(401);
    expect((refused.body as { error: { code: string } }).error.code).toBe('TOKEN_INVALID');
    expect(await world.sql('SELECT 1 FROM users WHERE "externalId" = $1', [sub])).toEqual([]);
    expect(await refusal(world, { token: old })).toMatchObject({ code: 'TOKEN_INVALID' });
    const now = Math.floor(Date.now() / 1_000);
    const later = await meBy(await signer.sign({ sub, iat: now + 2 })).expect(200);
    expect((later.body as SessionView['user']).id).not.toBe(id);
    expect(later.body).toMatchObject({ name: null });
    // Not even now is the old one good for anything.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await meBy(old).expect(401);
  });
});
