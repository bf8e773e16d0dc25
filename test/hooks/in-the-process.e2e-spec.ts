import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import { Logger } from '@nestjs/common';
import { Metrics } from '../../src/common/metrics/metrics.js';
import { parseConfig } from '../../src/config/config.js';
import type { MessageView } from '../../src/contract/index.js';
import type { BeforeSendVerdict, MessageContext, MessageToSend } from '../../src/hooks/before-send.js';
import { SendHooks } from '../../src/hooks/send-hooks.js';
import { UrlHook } from '../../src/hooks/url-hook.js';
import { preflight } from '../../src/operations/preflight.js';
import { Outbound } from '../../src/outbound/outbound.js';
import { signedHeaders } from '../../src/outbound/signed-headers.js';
import { type Minted, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { closedPort, Receiver } from '../support/receiver.js';
import { type Client, eventually, World } from '../support/world.js';
import { PoliteWordsModule } from './polite-words.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;
const LOCAL = { OUTBOUND_ALLOW: '127.0.0.1', OUTBOUND_PORTS: 'any' };

const guide = readFileSync(join(projectRoot(), 'docs/guides/hooks.md'), 'utf8');
const blockOf = (language: string) =>
  new RegExp(`\`\`\`${language} not-run=elsewhere\\n(.*?)\`\`\``, 's').exec(guide)![1]!;

describe('Code in the process, and a URL after it', () => {
  const key = newApiKey();
  let receiver: Receiver;
  let world: World;
  beforeAll(async () => {
    receiver = await Receiver.start();
    const hooks = {
      BEFORE_SEND_URL: receiver.url,
      BEFORE_SEND_SECRET: SECRET,
      BEFORE_SEND_TIMEOUT_MS: '200',
      BEFORE_SEND_ON_ERROR: 'refuse',
      BEFORE_SEND_FILTER: 'group,chat:support-,sender:guest-',
    };
    const variables = { ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody', ...LOCAL, ...hooks };
    world = await World.start(variables, { extensions: [PoliteWordsModule] });
  });
  beforeEach(() => {
    receiver.came.length = 0;
    receiver.manner = () => 204;
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  async function person(externalId: string): Promise<Client & { minted: Minted }> {
    const minted = await mint(world, key, { externalId });
    return Object.assign(await world.bearer(minted.userId, minted.accessToken), { minted });
  }

  it('is the example of the guide', () => {
    expect(blockOf('ts')).toBe(readFileSync(join(projectRoot(), 'test/hooks/polite-words.ts'), 'utf8'));
  });

  it('are asked one after the other, about what the filter names and what people send', async () => {
    const [alice, bob, guest] = await Promise.all([person('alice'), person('bob'), person('guest-1')]);
    const { id: groupId } = await alice.ok<{ id: number }>('createGroup', {
      title: 'Group',
      memberIds: [bob.userId],
    });
    const say = (client: Client, input: object) => client.ok<MessageView>('sendMessage', input);
    const inGroup = { chatId: groupId, content: 'damn it' };

    expect(await say(alice, inGroup)).toMatchObject({ content: '**** it' });
    expect(receiver.came).toHaveLength(1);
    expect(receiver.came[0]!.body.data).toMatchObject({
      chat: { id: groupId, type: 'group', title: 'Group' },
      sender: { externalId: 'alice' },
      receiver: null,
      message: { content: '**** it' },
    });
    expect(await alice.ask('sendMessage', { chatId: groupId, content: 'Buy now!' })).toMatchObject({
      error: {
        code: 'REFUSED_BY_APPLICATION',
        details: { code: 'ADVERTISING', reason: 'No advertising here.' },
      },
    });
    expect(receiver.came).toHaveLength(1);

    // Neither a group nor a guest; the second time it is remembered.
    for (const content of ['damn', 'damn it'])
      expect(await say(alice, { receiverId: bob.userId, content })).toMatchObject({ content });
    expect(receiver.came).toHaveLength(1);
    expect(await say(guest, { receiverId: bob.userId, content: 'damn' })).toMatchObject({ content: '****' });

    const { body: support } = await world.http
      .post('/chats')
      .set('X-Api-Key', key)
      .send({ user1Id: bob.userId, user2Id: guest.userId, externalId: 'support-1' })
      .expect(201);
    const { id: chatId } = support as { id: number };
    expect(await say(bob, { chatId, content: 'damn' })).toMatchObject({ content: '****' });

    receiver.came.length = 0;
    const { body } = await world.http
      .post(`/chats/${groupId}/messages`)
      .set('X-Api-Key', key)
      .set('X-User-Id', String(alice.userId))
      .send({ content: 'damn it' })
      .expect(201);
    expect(body).toMatchObject({ content: 'damn it' });
    expect(receiver.came).toEqual([]);

    // Without a verdict it is refused here, and can be tried again.
    receiver.manner = () => undefined;
    const again = { chatId: groupId, content: 'again', clientId: 'again' };
    expect(await alice.ask('sendMessage', again)).toMatchObject({
      error: { code: 'UNAVAILABLE', retryAfterMs: 1_000 },
    });
    receiver.manner = () => 204;
    expect(await say(alice, again)).toMatchObject({ content: 'again' });
  });
});

describe('Without a verdict of the URL', () => {
  const message: MessageToSend = {
    id: null,
    content: 'damn',
    metadata: null,
    replyToId: null,
    clientId: null,
  };
  const sender = { id: 1, externalId: null, name: null };
  const context: MessageContext = { type: 'beforeSend', chat: null, sender, receiver: null };
  const beforeSend = ({ content }: MessageToSend): BeforeSendVerdict =>
    content === 'damn' ? { action: 'replace', content: 'darn' } : { action: 'allow' };
  let receiver: Receiver;
  let outbound: Outbound;
  let metrics: Metrics;
  let warned: jest.SpyInstance;
  beforeEach(async () => {
    receiver = await Receiver.start();
    metrics = new Metrics();
    warned = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
  });
  afterEach(async () => {
    warned.mockRestore();
    await receiver.stop();
    outbound.onApplicationShutdown();
  });

  function hooksWith(onError: 'allow' | 'refuse', variables: Record<string, string> = {}): SendHooks {
    const { config } = parseConfig({
      NODE_ENV: 'test',
      BEFORE_SEND_URL: receiver.url,
      BEFORE_SEND_SECRET: SECRET,
      BEFORE_SEND_ON_ERROR: onError,
      ...LOCAL,
      ...variables,
    });
    outbound = new Outbound(config);
    return new SendHooks(config, outbound, metrics, { beforeSend });
  }

  const counts = async () =>
    Object.fromEntries(
      [...(await metrics.text()).matchAll(/chat_before_send_total{outcome="(\w+)"} ([1-9]\d*)/g)].map(
        ([, outcome, count]) => [outcome, Number(count)],
      ),
    );

  it('code in the process that never answers is called no more than so often at once', async () => {
    const { config } = parseConfig({
      NODE_ENV: 'test',
      BEFORE_SEND_MAX_IN_FLIGHT: '4',
      BEFORE_SEND_TIMEOUT_MS: '100',
    });
    outbound = new Outbound(config);
    const never = jest.fn(() => new Promise<BeforeSendVerdict>(() => undefined));
    const hooks = new SendHooks(config, outbound, metrics, { beforeSend: never });
    const ask = (places: number[]) => Promise.all(places.map((place) => hooks.ask(place, message, context)));
    await ask([1, 2, 3, 4, 5, 6, 7, 8]);
    // Nobody waits for them any more, and they go on all the same.
    await ask([9, 10]);
    expect(never).toHaveBeenCalledTimes(4);
    expect(await counts()).toMatchObject({ failed: 4, busy: 6 });
  });

  it('a message is sent as the code in the process left it', async () => {
    receiver.manner = () => 503;
    const hooks = hooksWith('allow');
    expect(await hooks.ask('here', message, context)).toEqual({ ...message, content: 'darn' });
    expect(await counts()).toEqual({ failed: 1, replaced: 1 });
    const polite = { ...message, content: 'fine' };
    expect(await hooks.ask('here', polite, context)).toBe(polite);
    expect(await counts()).toEqual({ failed: 2, replaced: 1 });
    expect(warned.mock.calls).toEqual([[expect.stringContaining('HTTP 503')]]);
  });

  it('neither does a URL that is asked too much undo it', async () => {
    receiver.manner = () => undefined;
    const hooks = hooksWith('allow', { BEFORE_SEND_MAX_IN_FLIGHT: '1' });
    const waiting = hooks.ask('here', message, context);
    await eventually(() => receiver.came.length === 1);
    expect(await hooks.ask('elsewhere', message, context)).toEqual({ ...message, content: 'darn' });
    expect(await counts()).toEqual({ busy: 1, replaced: 1 });
    await waiting;
    expect(await counts()).toEqual({ busy: 1, failed: 1, replaced: 2 });
  });

  it('it is refused, where that is wanted', async () => {
    receiver.manner = () => 503;
    await expect(hooksWith('refuse').ask('here', message, context)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(await counts()).toEqual({ failed: 1 });
  });

  it.each([
    ['{"action":"replace","content":7}', 'content: Invalid input: expected string'],
    ['{"action":"replace","metadata":{"mentions":["external:hidden"]}}', 'metadata.mentions: expected ids'],
    ['{"action":"hidden"}', 'expected `action` to be allow, refuse or replace'],
    ['hidden', 'expected JSON'],
  ])('the log says what was wrong with %s, and quotes nothing', async (body, fault) => {
    receiver.manner = (_, response) => void response.writeHead(200).end(body);
    await hooksWith('allow').ask('here', message, context);
    expect(warned.mock.calls).toEqual([[expect.stringContaining(`EVERDICT, ${fault}`)]]);
    expect(JSON.stringify(warned.mock.calls)).not.toContain('hidden');
  });
});

describe('The receivers of the guide', () => {
  const outbound = new Outbound(parseConfig({ NODE_ENV: 'test', ...LOCAL }).config);
  afterAll(() => outbound.onApplicationShutdown());

  it.each([
    ['js', [process.execPath, '--input-type=module', '-e']],
    ['python', ['python3', '-c']],
  ])('judge in %s, and believe no forged request', async (language, [command, ...args]) => {
    const port = await closedPort();
    const env = { ...process.env, PORT: String(port), BEFORE_SEND_SECRET: SECRET };
    const child = spawn(command!, [...args, blockOf(language)], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    try {
      await eventually(() => output.includes(`listening on ${port}`));
      const url = `http://127.0.0.1:${port}/`;
      const ask = (content: string, externalId: string, secret = SECRET) => {
        const message: MessageToSend = { id: null, content, metadata: null, replyToId: null, clientId: null };
        const sender = { id: 1, externalId, name: null };
        const context: MessageContext = { type: 'beforeSend', chat: null, sender, receiver: null };
        return new UrlHook(outbound, url, secret).ask(message, context, 3_000);
      };
      expect(await ask('Hello!', 'a')).toEqual({ action: 'allow' });
      expect(await ask('https://a.example', 'guest-1')).toEqual({
        action: 'refuse',
        code: 'LINKS',
        reason: 'Guests cannot send links.',
      });
      expect(await ask('it is 4111 1111 1111 1111', 'a')).toEqual({ action: 'replace', content: 'it is …' });
      const forged = `whsec_${randomBytes(32).toString('base64')}`;
      await expect(ask('Hello!', 'a', forged)).rejects.toMatchObject({ code: 'HTTP 401' });

      const send = async (headers: Record<string, string>, body = Buffer.from('{"data"')) =>
        (await fetch(url, { method: 'POST', headers, body })).status;
      const seconds = Math.floor(Date.now() / 1_000);
      const body = Buffer.from(
        JSON.stringify({ data: { sender: { externalId: null }, message: { content: 'x' } } }),
      );
      const signed = (at: number) => signedHeaders([SECRET], { id: 'ask_1', seconds: at, body });
      expect(await send(signed(seconds), body)).toBe(200);
      expect(await send(signed(seconds - 400), body)).toBe(401);
      expect(await send({ ...signed(seconds), 'webhook-timestamp': String(seconds + 1) }, body)).toBe(401);
      expect(await send({ ...signed(seconds), 'webhook-signature': 'v1,é' }, body)).toBe(401);
      expect(await send({})).toBe(401);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

describe('The configuration', () => {
  const faultsOf = (variables: Record<string, string>) =>
    parseConfig({ NODE_ENV: 'test', ...variables }).faults;

  it('needs a secret with a URL, and knows what may stand in a filter', async () => {
    expect(faultsOf({ BEFORE_SEND_URL: 'https://a.example/' })).toMatchObject([
      { variable: 'BEFORE_SEND_SECRET' },
    ]);
    for (const secret of ['secret', 'whsec_', 'whsec_AAAA', `whsec_${'A'.repeat(100)}`])
      expect(faultsOf({ BEFORE_SEND_SECRET: secret })).toMatchObject([{ variable: 'BEFORE_SEND_SECRET' }]);
    for (const filter of ['groups', 'chat:', 'user:x'])
      expect(faultsOf({ BEFORE_SEND_FILTER: filter })).toMatchObject([{ variable: 'BEFORE_SEND_FILTER' }]);
    const { config } = parseConfig({
      NODE_ENV: 'test',
      PORT: '0',
      SOCKET_PORT: '0',
      BEFORE_SEND_URL: 'http://127.0.0.1/',
      BEFORE_SEND_SECRET: SECRET,
    });
    expect(await preflight(config)).toMatchObject([
      { variable: 'BEFORE_SEND_URL', message: expect.stringContaining('OUTBOUND_ALLOW') as string },
    ]);
  });
});
