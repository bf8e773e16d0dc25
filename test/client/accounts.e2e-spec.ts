import { setTimeout as pass } from 'node:timers/promises';
import { accounts } from '../../packages/client/src/accounts.js';
import { type ChatClient, createChat, memory, type Storage } from '../../packages/client/src/index.js';
import { newName, ownAccounts, PASSWORD } from '../support/accounts.js';
import { World } from '../support/world.js';

describe('A client with accounts of the server', () => {
  let world: World;
  const clients: ChatClient[] = [];
  beforeAll(async () => {
    world = await World.start(ownAccounts());
  });
  afterEach(() => {
    for (const chat of clients.splice(0)) chat.stop();
  });
  afterAll(() => world.stop());

  const url = () => `http://127.0.0.1:${world.app.httpPort}`;
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const end = Date.now() + 8_000;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`not in time: ${what}`);
      await pass(10);
    }
  };
  const device = (storage: Storage = memory()) => {
    const auth = accounts({ url: url(), storage });
    const chat = createChat({ url: url(), auth, storage });
    clients.push(chat);
    const away: string[] = [];
    chat.on('signedOut', ({ code }) => away.push(code));
    const is = (state: string) => until(state, () => chat.connection.get().state === state);
    return { auth, chat, is, away, storage };
  };
  /** What a device keeps of its session. */
  const session = async (storage: Storage) => {
    const rows = await storage.open(`${url()}#session`);
    const value = (await rows.rows('meta'))[0]?.[1] as { expiresAt: string; refreshToken: string };
    const change = (more: object) =>
      rows.write([{ kind: 'meta', key: 'session', value: { ...value, ...more } }]);
    return { value, change };
  };

  it('connects once somebody has registered or logged in, and not before', async () => {
    const { auth, chat, is, away } = device();
    chat.start();
    await is('refused');
    expect(away).toEqual(['UNAUTHENTICATED']);
    const username = newName();
    await expect(auth.login({ username, password: PASSWORD })).rejects.toMatchObject({
      code: 'CREDENTIALS_WRONG',
    });
    const user = await auth.register({ username, password: PASSWORD, name: 'Zoë' });
    chat.start();
    await is('live');
    expect(chat.me.get()).toMatchObject({ id: user.id, name: 'Zoë', username });
    const phone = device();
    await phone.auth.login({ username, password: PASSWORD });
    phone.chat.start();
    await phone.is('live');
  });

  it('stays signed in over a reload, with a token that has ended meanwhile', async () => {
    const { auth, chat, is, storage } = device();
    const user = await auth.register({ username: newName(), password: PASSWORD });
    chat.start();
    await is('live');
    chat.stop();
    const { value, change } = await session(storage);
    await change({ expiresAt: new Date().toISOString() });
    const next = device(storage);
    next.chat.start();
    await next.is('live');
    expect(next.chat.me.get()?.id).toBe(user.id);
    expect((await session(storage)).value.refreshToken).not.toBe(value.refreshToken);
  });

  it('is signed out when its session was ended elsewhere, and says so once', async () => {
    const { auth, chat, is, away, storage } = device();
    await auth.register({ username: newName(), password: PASSWORD });
    const { value, change } = await session(storage);
    await world.http.post('/auth/logout').send({ refreshToken: value.refreshToken }).expect(200);
    await change({ expiresAt: new Date().toISOString() });
    chat.start();
    await is('refused');
    expect(away).toEqual(['TOKEN_EXPIRED']);
    expect(await auth.isLoggedIn()).toBe(false);
  });

  it('ends its session at the server by signOut, and keeps nothing', async () => {
    const { auth, chat, is, storage } = device();
    await auth.register({ username: newName(), password: PASSWORD });
    chat.start();
    await is('live');
    const { value } = await session(storage);
    await chat.signOut();
    expect(await auth.isLoggedIn()).toBe(false);
    await world.http.post('/auth/refresh').send({ refreshToken: value.refreshToken }).expect(401);
    chat.start();
    await is('refused');
  });

  it('waits where the server can’t be reached', async () => {
    const auth = accounts({ url: 'http://127.0.0.1:1' });
    await expect(auth.login({ username: newName(), password: PASSWORD })).rejects.toMatchObject({
      code: 'OFFLINE',
    });
  });
});
