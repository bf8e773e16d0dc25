import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandNames, errorCatalogue } from '../../src/contract/index.js';
import { projectRoot } from '../../src/common/project-root.js';
import { METRICS_SPELLINGS } from '../support/metrics-spellings.js';
import { RawHttp } from '../support/raw-http.js';
import { eventually, World } from '../support/world.js';

const TOKEN = 'a-token-for-operators-only';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Prometheus's text, read. */
function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

describe('Metrics', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  const scrape = async (): Promise<Sample[]> =>
    samplesOf((await world.http.get('/metrics').expect(200)).text);

  /** The sum over all series of that name with these labels. */
  const read = async (name: string, labels: Record<string, string> = {}): Promise<number> => {
    const found = (await scrape()).filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return found.reduce((sum, { value }) => sum + value, 0);
  };

  it('count messages, their batches and how long their senders waited, at both edges', async () => {
    const { alice, bob, chatId } = await world.pair();
    const before = await read('chat_messages_total');
    const sends = Array.from({ length: 20 }, (_, i) => alice.ok('sendMessage', { chatId, content: `m${i}` }));
    await Promise.all(sends);
    await world.http
      .post(`/chats/${chatId}/messages`)
      .send({ senderId: bob.userId, content: 'over REST' })
      .expect(201);
    expect((await read('chat_messages_total')) - before).toBe(21);
    expect(await read('chat_batch_messages_sum')).toBe(await read('chat_messages_total'));
    expect(await read('chat_batch_messages_count')).toBe(await read('chat_batch_seconds_count'));
    expect(await read('chat_send_ack_seconds_count', { edge: 'socket' })).toBe(20);
    expect(await read('chat_send_ack_seconds_count', { edge: 'rest' })).toBe(1);
    expect(await read('chat_send_ack_seconds_bucket', { edge: 'socket', le: '+Inf' })).toBe(20);
    const waited = await read('chat_send_ack_seconds_sum', { edge: 'socket' });
    expect(waited).toBeGreaterThan(0);
    expect(waited).toBeLessThan(20 * 5);
  });

  it('count a repeated message once', async () => {
    const { alice, chatId } = await world.pair();
    const before = await read('chat_messages_total');
    for (let i = 0; i < 3; i++) await alice.ok('sendMessage', { chatId, content: 'x', clientId: 'again' });
    expect((await read('chat_messages_total')) - before).toBe(1);
  });

  it('count commands by outcome: ok, or the code of the error', async () => {
    const alice = await world.person();
    const counted = (command: string, outcome: string, edge = 'socket') =>
      read('chat_commands_total', { command, outcome, edge });
    await alice.refused('getChat', 999_999);
    await alice.refused('getChat', 'nonsense');
    await alice.refused('noSuchCommand', { userId: 42 });
    await world.http.get('/chats/999999').expect(404);
    expect(await counted('getChat', 'NOT_FOUND')).toBe(1);
    expect(await counted('getChat', 'VALIDATION_FAILED')).toBe(1);
    expect(await counted('getChat', 'NOT_FOUND', 'rest')).toBe(1);
    expect(await counted('unknown', 'UNKNOWN_COMMAND')).toBe(1);
    expect(await read('chat_command_seconds_count', { command: 'getChat', edge: 'socket' })).toBe(2);
  });

  it('tell sockets, people online, pools, the queue and the parts', async () => {
    const before = await read('chat_connections');
    const alice = await world.person();
    await world.person(alice.userId);
    expect(await read('chat_connections')).toBe(before + 2);
    expect(await read('chat_people_online')).toBeGreaterThan(0);
    expect(await read('chat_writer_queue')).toBe(0);
    expect(await read('chat_writer_queue_limit')).toBeGreaterThan(1_000);
    expect(await read('chat_part_up', { part: 'database' })).toBe(1);
    expect(await read('chat_part_up', { part: 'writer' })).toBe(1);
    expect(await read('chat_database_connections', { pool: 'chat' })).toBeGreaterThan(0);
    await eventually(async () => (await read('chat_database_waiting')) === 0);
    expect(await read('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect((await scrape()).some(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toBe(true);
  });

  it('have labels from closed sets only: no id, no name, no address', async () => {
    const allowed: Record<string, string[]> = {
      command: [...commandNames, 'unknown'],
      edge: ['socket', 'rest'],
      // Of commands, of calls to webhooks and push services, and of messages that are asked about.
      outcome: [
        'ok',
        ...Object.keys(errorCatalogue),
        ...['refused', 'down', 'gone', 'other_key', 'later', 'dropped'],
        ...['allowed', 'replaced', 'failed', 'busy'],
      ],
      kind: ['web', 'fcm', 'apns'],
      part: ['database', 'writer', 'redis', 'neighbours', 'proxy', 'variables'],
      pool: ['chat'],
      // Why webhooks were disabled.
      reason: ['gone', 'down'],
      sink: ['webhook', 'inbox', 'push', 'due'],
      state: ['busy', 'idle'],
    };
    const ours = (await scrape()).filter(({ name }) => name.startsWith('chat_'));
    const open = ours.flatMap(({ name, labels }) =>
      Object.entries(labels)
        .filter(([label]) => label !== 'le' && !(name === 'chat_build_info' && label === 'version'))
        .filter(([label, value]) => !allowed[label]?.includes(value)),
    );
    expect(open).toEqual([]);
    // A few for each command and edge, and no more: what grows with people or chats would be over it at once.
    expect(ours.length).toBeLessThan(20 * commandNames.length);
  });

  it('are those that the documents tell of', async () => {
    const text = (await world.http.get('/metrics').expect(200)).text;
    const own = [...text.matchAll(/^# TYPE (chat_\w+) /gm)].map(([, name]) => name!);
    const told = readFileSync(join(projectRoot(), 'docs/reference/monitoring.md'), 'utf8').match(
      /\bchat_[a-z_]+/g,
    );
    expect([...new Set(told)].sort()).toEqual(own.sort());
  });

  it('have every name that the dashboard and the alerts ask for', async () => {
    const names = new Set((await scrape()).map(({ name }) => name));
    const asked = ['deploy/grafana/dashboards', 'deploy/prometheus'].flatMap((folder) =>
      readdirSync(join(projectRoot(), folder))
        .map((file) => readFileSync(join(projectRoot(), folder, file), 'utf8'))
        .flatMap((text) => text.match(/\b(?:chat|nodejs|process)_[a-z_0-9]+/g) ?? []),
    );
    expect(asked.length).toBeGreaterThan(30);
    expect([...new Set(asked)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe('The Prometheus of docker-compose.yml', () => {
  it('has the token that the nodes have', () => {
    const read = (path: string) => readFileSync(join(projectRoot(), path), 'utf8');
    expect(read('docker-compose.yml')).toContain(
      `\${METRICS_TOKEN:-${read('deploy/prometheus/metrics-token')}}`,
    );
  });
});

describe('Who may read the metrics', () => {
  let world: World;
  afterEach(() => world.stop());

  it('is this machine, but no request that a proxy forwarded', async () => {
    world = await World.start();
    await world.http
      .get('/metrics')
      .expect(200)
      .expect('content-type', /version=0\.0\.4/);
    for (const header of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Via']) {
      const { body } = await world.http.get('/metrics').set(header, '127.0.0.1').expect(404);
      expect(body).toMatchObject({ error: { code: 'UNKNOWN_COMMAND' } });
    }
  });

  it('asks by one path, in one spelling: proxies guard that', async () => {
    world = await World.start({ METRICS_TOKEN: TOKEN });
    const rest = new RawHttp(world.app.httpPort);
    const status = async (path: string) =>
      (await rest.ask({ path, headers: { authorization: `Bearer ${TOKEN}` } })).status;
    expect([await status('/metrics'), await status('/metrics?x=1')]).toEqual([200, 200]);
    for (const path of METRICS_SPELLINGS) expect([path, await status(path)]).toEqual([path, 404]);
  });

  it.each([
    ['of any origin', { ALLOWED_ORIGINS: '*' }],
    ['that may use the server', { ALLOWED_ORIGINS: 'https://app.example' }],
  ])('is no web page: one %s is sent no CORS header', async (_, variables) => {
    world = await World.start({ ...variables, METRICS_TOKEN: TOKEN, METRICS_PORT: '' });
    const origin = 'https://app.example';
    const asked = world.http.get('/metrics').set({ origin, authorization: `Bearer ${TOKEN}` });
    const preflight = world.http.options('/metrics').set({
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    });
    for (const { headers } of [await asked.expect(200), await preflight]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const elsewhere = await world.http.get('/users/online').set({ origin });
    expect(elsewhere.headers['access-control-allow-origin']).toBeDefined();
  });

  it('is no web page by a name of its own, on either port', async () => {
    world = await World.start({ AUTH: 'jwt', JWT_SECRET: randomBytes(48).toString('base64') });
    const asked = (port: number, host: string) =>
      new RawHttp(port).ask({ path: '/metrics', headers: { host } }).then(({ status }) => status);
    expect(await asked(world.app.httpPort, 'localhost:3000')).toBe(200);
    expect(await asked(world.app.httpPort, 'evil.example:3000')).toBe(404);
    await world.stop();
    world = await World.start({ METRICS_PORT: '0' });
    expect(await asked(world.app.metricsPort!, 'localhost:9100')).toBe(200);
    expect(await asked(world.app.metricsPort!, 'evil.example:9100')).toBe(404);
  });

  it('is nobody in production, unless the operator says so', async () => {
    world = await World.start({ NODE_ENV: 'production', AUTH: 'open' });
    await world.http.get('/metrics').expect(404);
  });

  it('is everybody who has the token, and then nobody else', async () => {
    world = await World.start({ NODE_ENV: 'production', AUTH: 'open', METRICS_TOKEN: TOKEN });
    const asked = (authorization?: string) => {
      const request = world.http.get('/metrics');
      return authorization === undefined ? request : request.set('Authorization', authorization);
    };
    await asked(`Bearer ${TOKEN}`).expect(200);
    for (const wrong of [undefined, '', 'Bearer', TOKEN, `Bearer ${TOKEN}x`, `bearer ${TOKEN}`]) {
      await asked(wrong).expect(404);
    }
  });

  it('asks at METRICS_PORT when there is one, with the token if there is one', async () => {
    world = await World.start({ METRICS_PORT: '0', METRICS_TOKEN: TOKEN });
    const url = `http://127.0.0.1:${world.app.metricsPort}`;
    const status = async (path: string, headers: Record<string, string> = {}) =>
      (await fetch(`${url}${path}`, { headers })).status;
    const token = { authorization: `Bearer ${TOKEN}` };
    expect(await status('/metrics')).toBe(404);
    expect(await status('/metrics', token)).toBe(200);
    expect(await status('/users', token)).toBe(404);
    await world.http.get('/metrics').set(token).expect(404);
  });

  it('finds a METRICS_PORT without a token on this machine only', async () => {
    world = await World.start({ METRICS_PORT: '0', HOST: '0.0.0.0' });
    const port = world.app.metricsPort!;
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    // 127.0.0.2 is this machine too, yet not the address that is listened on.
    await expect(fetch(`http://127.0.0.2:${port}/metrics`)).rejects.toThrow();
    await world.http.get('/metrics').expect(404);
  });
});
