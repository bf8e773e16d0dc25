import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MintedTokenView } from '../../src/contract/index.js';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { answersIn, named, NODE, outputOf, SHELL } from '../support/code-blocks.js';
import { closedPort, SENDS_WEBHOOKS } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

/** The short pieces of the guides, each with what it needs around it: people, chats, a key, a socket. */

describe('The calls of a backend in the guides', () => {
  const key = newApiKey();
  let world: World;
  let folder: string;
  beforeAll(async () => {
    world = await World.start({ ...ownAccounts(), ...SENDS_WEBHOOKS, API_KEYS: key });
    folder = await mkdtemp(join(tmpdir(), 'chat-guide-'));
    await writeFile(join(folder, '.env'), `AUTH=jwt\nAPI_KEYS=${key}\n`);
    const users = Array.from({ length: 8 }, (_, n) => ({
      externalId: `crm-${n + 1}`,
      name: `Person ${n + 1}`,
    }));
    await call('put', '/users', { users });
    for (let n = 1; n <= 12; n++) await call('post', '/chats', { title: `Chat ${n}`, memberIds: [1, 2, 7] });
    await call('post', '/chats/12/messages', { content: 'Hello!' }, 7);
    for (const reporter of [1, 2]) {
      for (const id of [3, 4, 7].concat(reporter === 1 ? [5] : []))
        await call('post', '/chats', { user1Id: reporter, user2Id: id });
    }
  });
  afterAll(async () => {
    await world.stop();
    await rm(folder, { recursive: true });
  });

  async function call(method: 'put' | 'post' | 'get', path: string, body?: object, as?: number) {
    const asked = world.http[method](path).set('X-Api-Key', key);
    if (as !== undefined) void asked.set('X-User-Id', String(as));
    const { status, body: answer } = await asked.send(body);
    expect({ path, answer, ok: status < 300 }).toEqual({ path, answer, ok: true });
    return answer as unknown;
  }

  /** The line with the key stands in the first piece of a guide. */
  const said = async (name: string, change = (code: string) => code) => {
    const code = `${named('api-key').code}\n${change(named(name).code)}`;
    return outputOf(code.replaceAll('curl ', 'curl -s '), SHELL, world, folder);
  };
  const answers = async (name: string) => answersIn(await said(name));

  it('shut somebody out, let them back, and log them out everywhere', async () => {
    // The day of the guide will be over one day.
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const later = (code: string) => code.replace(/2027-[\dT:-]+Z/, until);
    expect(answersIn(await said('shut-out', later))).toMatchObject([
      { userId: 7, until },
      { deactivated: false },
    ]);
    await call('post', '/users/7/deactivate', {});
    expect(await answers('shut-out-list')).toMatchObject([[{ userId: 7 }]]);
    await call('post', '/users/7/reactivate');
    expect(await answers('log-out')).toMatchObject([{ userId: 7 }]);
  });

  it('work off the queue of reports, and read what was done', async () => {
    for (const [reporter, id] of [
      [1, 3],
      [1, 4],
      [1, 5],
      [2, 3],
      [2, 4],
      [1, 2],
    ] as const)
      await call('post', `/users/${id}/reports`, {}, reporter);
    await call('post', '/users/7/reports', { reason: 'Spam' }, 2);
    const [queue, worked] = (await answers('reports')) as [{ reportId: number }[], object];
    expect(queue.map(({ reportId }) => reportId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(queue[6]).toMatchObject({
      kind: 'user',
      userId: 7,
      reporterId: 2,
      reason: 'Spam',
      status: 'open',
    });
    expect(worked).toMatchObject({ reportId: 7, status: 'resolved', note: 'Warned.', handledBy: 'Dora' });
    const [entries] = (await answers('audit')) as [{ action: string }[]];
    expect(entries.map(({ action }) => action)).toContain('userDeactivated');
  });

  it('add a webhook, enable it, ask for its events and tries, and change its secret', async () => {
    const port = await closedPort();
    const here = (code: string) => code.replace('https://example.com', `http://127.0.0.1:${port}`);
    expect(answersIn(await said('add-webhook', here))).toMatchObject([
      { id: 1, events: ['newMessage', 'messageEdited'], secret: expect.stringMatching(/^whsec_/) },
    ]);
    expect(await answers('enable-webhook')).toMatchObject([{ id: 1, status: 'on' }]);
    expect(await answers('events-of-a-webhook')).toMatchObject([[], { replayed: 0 }, []]);
    expect(await answers('secret-of-a-webhook')).toMatchObject([
      { secret: expect.stringMatching(/^whsec_/) },
    ]);
  });

  it('set a retention, export a person to the last line, and erase them', async () => {
    expect(await answers('retention')).toMatchObject([{ chatId: 12, retentionDays: 30 }]);
    expect(await said('export')).not.toContain('not whole');
    const lines = (await readFile(join(folder, 'user-7.ndjson'), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(
      expect.arrayContaining(['header', 'user', 'message', 'end']),
    );
    const [begun, asked] = await answers('erase');
    expect(begun).toMatchObject({ id: 1, userId: 7, messages: 'erase', status: 'running' });
    expect(asked).toMatchObject({ id: 1 });
    await eventually(
      async () => ((await call('get', '/erasures/1')) as { status: string }).status === 'done',
    );
  });

  it('connect with a token, also with one that is fetched anew at each connection', async () => {
    const { accessToken } = (await call('post', '/auth/tokens', { userId: 1 })) as MintedTokenView;
    const once = `import { io } from 'socket.io-client';
      const accessToken = '${accessToken}';
      const newAccessToken = () => Promise.resolve(accessToken);
      ${named('token-socket').code}
      socket.on('ready', () => socket.disconnect());`;
    expect(await outputOf(once, NODE, world)).toMatch(/^connected as/);
    const fresh = named('fresh-token').code.replace('https://chat.example.com', 'http://localhost:3000');
    const anew = `import { io } from 'socket.io-client';
      const fetch = () => Promise.resolve({ text: () => Promise.resolve('${accessToken}') });
      ${fresh}
      socket.on('ready', ({ user }) => socket.disconnect(console.log(user.id)));`;
    expect(await outputOf(anew, NODE, world)).toBe('1\n');
  });
});

describe('The calls of the guides in open mode', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start(SENDS_WEBHOOKS);
  });
  afterEach(() => world.stop());

  const answers = async (name: string) => answersIn(await outputOf(named(name).code, SHELL, world));
  /** A piece that has a socket, of user 1, and ends with what it printed. */
  const withSocket = (code: string) =>
    outputOf(
      `import { io } from 'socket.io-client';
      const socket = io('http://localhost:5005', { transports: ['websocket'], auth: { userId: 1 } });
      ${code}
      socket.disconnect();`,
      NODE,
      world,
    );

  it('open an announcement channel, find it, join it, and make a link', async () => {
    expect(await answers('channel')).toMatchObject([
      { chatId: 1, title: 'News', visibility: 'public', sending: 'admins' },
      { chats: [{ chatId: 1, title: 'News', isMember: false }] },
      { chatId: 1 },
      { maxUses: 100, code: expect.any(String) },
    ]);
  });

  it('make users and a chat by the ids of an application', async () => {
    expect(await answers('ids-users')).toMatchObject([
      [
        { externalId: 'ann', name: 'Ann' },
        { externalId: 'bob', name: 'Bob' },
      ],
    ]);
    expect(await answers('ids-chat')).toMatchObject([{ externalId: 'order-7', title: 'Order 7' }]);
  });

  it('read the inbox, set levels and quiet hours, and sync', async () => {
    const { body } = await world.http
      .post('/chats')
      .send({ title: 'Team', memberIds: [1, 2] })
      .expect(201);
    const { chatId } = body as { chatId: number };
    const inbox = await withSocket(`
      await new Promise((done) => socket.once('ready', done));
      const bob = io('http://localhost:5005', { forceNew: true, transports: ['websocket'], auth: { userId: 2 } });
      const told = new Promise((done) => socket.once('notification', done));
      await bob.emitWithAck('sendMessage', { chatId: ${chatId}, content: 'You!', metadata: { mentions: [1] } });
      await told;
      bob.disconnect();
      const show = () => undefined;
      ${named('inbox').code}
      console.log(notifications[0].kind, unseen, next);`);
    expect(inbox).toMatch(/^mention 1 /);
    const levels = named('levels').code.replace('chatId: 7', `chatId: ${chatId}`);
    const set = await withSocket(
      `${levels}${named('quiet-hours').code}
      console.log(JSON.stringify((await socket.emitWithAck('getPreferences', {})).data));`,
    );
    expect(JSON.parse(set)).toMatchObject({
      groups: 'mentions',
      quiet: { from: '22:00' },
      timeZone: 'Europe/Berlin',
    });
    const synced = await withSocket(
      `const lastAt = undefined;
      ${named('sync').code}
      console.log(JSON.stringify(data.chats.map((one) => one.chatId ?? one.chat?.chatId)));`,
    );
    expect(JSON.parse(synced)).toContain(chatId);
  });

  it('raise versions and ids after a restore, and look for a message that is there twice', async () => {
    const { alice, chatId } = await world.pair();
    const { id, version } = await alice.ok<{ id: number; version: number }>('sendMessage', {
      chatId,
      content: 'before',
      clientId: 'c-1',
    });
    for (const statement of named('restored')
      .code.split(';')
      .filter((one) => one.trim() !== ''))
      await world.sql(statement);
    const after = await alice.ok<{ id: number; version: number }>('sendMessage', {
      chatId,
      content: 'after',
    });
    expect([after.id > id + 1_000_000, after.version > version + 1_000_000]).toEqual([true, true]);
    expect(await world.sql(named('twice').code)).toEqual([]);
  });
});
