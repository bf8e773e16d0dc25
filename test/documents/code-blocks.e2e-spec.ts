import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import ts from 'typescript';
import { newApiKey, ownAccounts } from '../support/accounts.js';
import { answersIn, blocks, blocksOf, named, NODE, outputOf, root, SHELL } from '../support/code-blocks.js';
import { inPython, python } from '../support/python.js';
import { closedPort, SENDS_WEBHOOKS } from '../support/receiver.js';
import { eventually, World } from '../support/world.js';

/** Why a block can't be run here. */
const REASONS = {
  'starts-a-server': 'installs or starts what the tests have already',
  docker: 'needs Docker',
  elsewhere: 'run by a suite of its own',
  part: 'a part of a program, or with names of your own',
};

/** As a project of Nest compiles it. */
const compiled = (code: string) =>
  ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  }).outputText;

/** Compares line by line; `…` ends what is compared of a line. */
function expectOutput(output: string, name: string): void {
  const { code } = blocks.find(({ marks }) => marks.output === name)!;
  const wanted = code.trimEnd().split('\n');
  const got = output.trimEnd().split('\n');
  const shown = got.map((line, at) => {
    const start = wanted[at]?.split('…')[0];
    return wanted[at]?.includes('…') && line.startsWith(start!) ? wanted[at] : line;
  });
  expect(shown).toEqual(wanted);
}

/** How a receiver answers what the reference library of Standard Webhooks has signed, and what only looks like it. */
async function answered(url: string, secret: string): Promise<Record<string, number>> {
  const text = JSON.stringify({ type: 'newMessage', data: { content: 'By the library, 世界' } });
  const library = new Webhook(secret);
  const other = new Webhook(`whsec_${randomBytes(32).toString('base64')}`);
  const post = async (signature: (at: Date) => string, at = new Date(), body = text) => {
    const headers = {
      'content-type': 'application/json',
      'webhook-id': 'evt_1_m1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signature(at),
    };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };
  const right = (at: Date) => library.sign('evt_1_m1', at, text);
  const wrong = (at: Date) => other.sign('evt_1_m1', at, text);
  return {
    genuine: await post(right),
    'while two secrets count': await post((at) => `${wrong(at)} ${right(at)}`),
    'of another secret': await post(wrong),
    'with other words': await post(right, new Date(), text.replace('library', 'forger')),
    'with a short signature': await post(() => 'v1,AAAA'),
    'with no signature': await post(() => ''),
    'ten minutes old': await post(right, new Date(Date.now() - 600_000)),
    'of a time to come': await post(right, new Date(Date.now() + 600_000)),
  };
}

const ONLY_GENUINE = {
  genuine: 204,
  'while two secrets count': 204,
  'of another secret': 401,
  'with other words': 401,
  'with a short signature': 401,
  'with no signature': 401,
  'ten minutes old': 401,
  'of a time to come': 401,
};

/** Runs a receiver of webhooks, and returns what it prints of a message, and how it answers genuine and forged ones. */
async function receivedBy(
  code: string | null,
  [command, ...args]: [string, ...string[]],
  world: World,
): Promise<{ output: string; answered: Record<string, number> }> {
  const port = await closedPort();
  const url = `http://127.0.0.1:${port}/`;
  const { body } = await world.http
    .post('/webhooks')
    .send({ url, events: ['newMessage'] })
    .expect(201);
  const { id, secret } = body as { id: number; secret: string };
  const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
  const child = spawn(command, [...args, ...(code === null ? [] : [code])], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    await eventually(() => output.includes(`listening on ${port}`));
    const { alice, chatId } = await world.pair();
    await alice.ok('sendMessage', { chatId, content: 'Hello!' });
    await eventually(() => output.includes('Hello!'));
    const said = await answered(url, secret);
    await eventually(() => output.includes('By the library'));
    return { output: output.replace(`_${chatId}_`, '_N_'), answered: said };
  } finally {
    child.kill('SIGKILL');
    await world.http.delete(`/webhooks/${id}`).expect(200);
  }
}

const worlds: World[] = [];
async function start(variables: Record<string, string> = {}): Promise<World> {
  const world = await World.start(variables);
  worlds.push(world);
  return world;
}
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

describe('The code in the guides', () => {
  const code = blocks.filter(({ language }) => language !== 'text');

  it('says of every block whether it is run: ```js run=name, or not-run=reason', () => {
    const unmarked = code
      .filter(({ marks }) => marks.run === undefined && marks['not-run'] === undefined)
      .map(({ file, code: text }) => `${file}: ${text.split('\n')[0]}`);
    expect(unmarked).toEqual([]);
    const reasons = new Set(code.flatMap(({ marks }) => marks['not-run'] ?? []));
    expect([...reasons].filter((reason) => !(reason in REASONS))).toEqual([]);
  });

  it('is run below, as far as it is marked so', () => {
    const run = code.flatMap(({ marks }) => marks.run ?? []);
    // By `snippets.e2e-spec.ts` what is short.
    expect(run.sort()).toEqual([
      'accounts',
      'add-webhook',
      'api-key',
      'audit',
      'backend',
      'channel',
      'curl',
      'enable-webhook',
      'erase',
      'events-of-a-webhook',
      'export',
      'fresh-token',
      'ids-chat',
      'ids-users',
      'inbox',
      'levels',
      'log-out',
      'python',
      'quiet-hours',
      'reports',
      'restored',
      'retention',
      'secret-of-a-webhook',
      'shut-out',
      'shut-out-list',
      'sockets',
      'sync',
      'token-socket',
      'twice',
      'webhook-express',
      'webhook-nest',
      'webhook-node',
      'webhook-python',
      'webhook-signature',
    ]);
    const outputs = blocks.flatMap(({ marks }) => marks.output ?? []);
    expect(outputs.filter((name) => !run.includes(name))).toEqual([]);
    const counted = Object.keys(REASONS).map(
      (reason) => `${code.filter(({ marks }) => marks['not-run'] === reason).length} ${reason}`,
    );
    process.stdout.write(
      `${run.length} of ${code.length} blocks of code in docs/ are run here; not: ${counted.join(', ')}\n`,
    );
  });

  it('with curl: a chat, a message, the history, seen, deleted', async () => {
    const answers = answersIn(await outputOf(named('curl').code, SHELL, await start()));
    expect(answers).toMatchObject([
      { id: 1, user1Id: 1, user2Id: 2 },
      { id: 1, chatId: 1, senderId: 1, content: 'Hello!' },
      [{ id: 1, unread: 1 }],
      { messages: [{ content: 'Hello!' }] },
      { messageId: 1, seen: true },
      { chatId: 1 },
    ]);
  });

  it('with socket.io-client prints what the guide says', async () => {
    expectOutput(await outputOf(named('sockets').code, NODE, await start()), 'sockets');
  });

  it('of the README prints an answer, and what Bob receives', async () => {
    const [example] = blocksOf('README.md').filter(({ language }) => language === 'js');
    const output = await outputOf(example!.code, NODE, await start());
    expect(output).toMatch(/Bob receives: Hello!/);
    expect(output).toMatch(/Bob has seen message 1/);
  });

  it('logs a person in, and takes a new token', async () => {
    const world = await start(ownAccounts());
    const answers = answersIn(await outputOf(named('accounts').code, SHELL, world));
    expect(answers).toMatchObject([
      { user: { username: 'alice' } },
      { username: 'alice' },
      { user: { username: 'alice' }, refreshToken: expect.any(String) },
    ]);
  });

  it('receives webhooks in twenty lines', () => {
    const receivers = blocks.filter(({ marks }) => marks.run?.startsWith('webhook-'));
    expect(receivers).toHaveLength(5);
    for (const { marks, code: text } of receivers)
      expect([marks.run, text.trimEnd().split('\n').length <= 20]).toEqual([marks.run, true]);
  });

  it.each(['node', 'express', 'nest'])('receives webhooks with %s, and no forged ones', async (name) => {
    const world = await start(SENDS_WEBHOOKS);
    const folder = await mkdtemp(join(tmpdir(), 'chat-guide-'));
    try {
      await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
      await writeFile(join(folder, 'is-genuine.mjs'), named('webhook-signature').code);
      const { language, code } = named(`webhook-${name}`);
      await writeFile(join(folder, 'receiver.mjs'), language === 'ts' ? compiled(code) : code);
      const command = [process.execPath, join(folder, 'receiver.mjs')] as [string, string];
      const { output, answered: answers } = await receivedBy(null, command, world);
      expect(output).toContain('evt_N_m1 newMessage Hello!');
      expect(answers).toEqual(ONLY_GENUINE);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('makes users, a chat, a message and a token for a backend', async () => {
    const key = newApiKey();
    const world = await start({ ...ownAccounts(), API_KEYS: key });
    const folder = await mkdtemp(join(tmpdir(), 'chat-guide-'));
    try {
      await writeFile(join(folder, '.env'), `AUTH=jwt\nAPI_KEYS=${key}\n`);
      // `field` stands in the block before it.
      const field = named('accounts').code.split('\n')[0]!;
      const answers = answersIn(await outputOf(`${field}\n${named('backend').code}`, SHELL, world, folder));
      expect(answers).toMatchObject([
        { type: 'system', content: 'Your order is on its way' },
        { accessToken: expect.any(String) },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

inPython('The code in the guides for Python', () => {
  it('sends and receives a message', async () => {
    const output = await outputOf(named('python').code, [python!, '-c'], await start());
    expect(output).toContain('Bob receives: Hello!');
    expect(output).toContain("'ok': True");
  });

  it('receives webhooks, and no forged ones', async () => {
    const command = [python!, '-c'] as [string, string];
    const { output, answered: answers } = await receivedBy(
      named('webhook-python').code,
      command,
      await start(SENDS_WEBHOOKS),
    );
    expect(output).toContain('evt_N_m1 newMessage Hello!');
    expect(answers).toEqual(ONLY_GENUINE);
  });
});
