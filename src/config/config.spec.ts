import { randomBytes } from 'node:crypto';
import { parseConfig } from './config.js';
import { environment } from './environment.js';

const faultsOf = (variables: Record<string, string>) => parseConfig(variables).faults;

describe('The configuration', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toMatchObject({
      faults: [],
      config: {
        production: false,
        listenOn: ['127.0.0.1', '::1'],
        httpPort: 3000,
        socketPort: 5005,
        web: { serves: 'on', folder: null },
        auth: { mode: 'open' },
        allowedOrigins: ['localhost'],
        database: { url: null, pool: 16, timeoutMs: 3_000 },
        trustProxy: 0,
        limits: { person: { message: { points: 200, durationMs: 10_000 } }, sockets: 5_000 },
        metrics: { port: null, token: null },
        redis: { target: null, prefix: 'chat' },
        presence: { graceMs: 5_000, leaseMs: 15_000 },
        drain: { noticeMs: 500, spreadMs: 10_000 },
        logLevel: 'info',
      },
    });
  });

  it('serves pages as WEB says, and refuses other words', () => {
    const servesOf = (WEB: string) =>
      parseConfig({ NODE_ENV: 'production', AUTH: 'open', WEB }).config.web.serves;
    expect(['on', 'off', 'console', 'admin', ''].map(servesOf)).toEqual([
      'on',
      'off',
      'console',
      'admin',
      'off',
    ]);
    for (const WEB of ['yes', 'On', 'true', 'on,console', 'consol']) {
      expect(faultsOf({ WEB })).toEqual([
        { variable: 'WEB', message: 'expected on or off or console or admin' },
      ]);
    }
  });

  it('takes what the environment says', () => {
    expect(
      parseConfig({
        NODE_ENV: 'production',
        AUTH: 'open',
        HOST: '127.0.0.1',
        PORT: '8080',
        SOCKET_PORT: '8081',
        DATABASE_URL: 'postgres://chat:secret@db:5432/chat',
        DATABASE_POOL: '30',
        DATABASE_TIMEOUT_MS: '500',
        PRESENCE_GRACE_MS: '0',
        METRICS_PORT: '9100',
        METRICS_TOKEN: 'a-token-of-twenty-odd',
        ALLOWED_ORIGINS: 'https://one.example, http://localhost:5173',
        LOG_LEVEL: 'silent',
      }),
    ).toMatchObject({
      faults: [],
      config: {
        production: true,
        listenOn: ['127.0.0.1'],
        httpPort: 8080,
        socketPort: 8081,
        web: { serves: 'off' },
        auth: { mode: 'open' },
        allowedOrigins: ['https://one.example', 'http://localhost:5173'],
        database: { url: 'postgres://chat:secret@db:5432/chat', pool: 30, timeoutMs: 500 },
        presence: { graceMs: 0 },
        metrics: { port: 9100, token: 'a-token-of-twenty-odd' },
        logLevel: 'silent',
      },
    });
  });

  it.each(Object.keys(environment))('takes an empty or blank %s as unset', (name) => {
    for (const text of ['', '   ']) {
      const { config, faults } = parseConfig({ [name]: text });
      expect({ config, faults }).toEqual({ config: parseConfig({}).config, faults: [] });
    }
  });

  it.each([
    ['PORT', 'abc'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', '80.5'],
    ['PORT', '1e3'],
    ['PORT', '0x50'],
    ['PORT', '99999999999999999999'],
    ['SOCKET_PORT', 'http'],
    ['DATABASE_URL', 'mysql://localhost/chat'],
    ['DATABASE_URL', 'localhost:5432'],
    ['DATABASE_POOL', '3'],
    ['DATABASE_POOL', '501'],
    ['DATABASE_TIMEOUT_MS', '99'],
    ['DATABASE_TIMEOUT_MS', '4001'],
    ['PRESENCE_GRACE_MS', '-5'],
    ['PRESENCE_GRACE_MS', '600001'],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '11'],
    ['RATE_LIMITS', 'false'],
    ['RATE_LIMIT_MESSAGES', '200'],
    ['RATE_LIMIT_BYTES', '16gb/1m'],
    ['RATE_LIMIT_SOCKETS', '0'],
    ['REDIS_URL', 'http://localhost:6379'],
    ['REDIS_URL', 'redis://'],
    ['REDIS_URL', 'redis://one:6379,two:6379'],
    ['REDIS_URL', 'redis+cluster://one:6379,'],
    ['REDIS_URL', 'redis+cluster://one:6379/3'],
    ['REDIS_URL', 'redis://localhost:70000'],
    ['REDIS_PREFIX', 'two words'],
    ['PRESENCE_LEASE_MS', '999'],
    ['DRAIN_NOTICE_MS', '5001'],
    ['DRAIN_SPREAD_MS', '12001'],
    ['NODE_ENV', 'staging'],
    ['AUTH', 'none'],
    ['GROUP_ADDS', 'nobody'],
    ['DIRECTORY', 'friends'],
    ['DIRECT_DELETE', 'both'],
    ['RATE_LIMIT_ADDS', '200'],
    ['ALLOWED_ORIGINS', 'example.com'],
    ['ALLOWED_ORIGINS', 'https://example.com/path'],
    ['ALLOWED_ORIGINS', 'https://good.example,nonsense'],
    ['ALLOWED_ORIGINS', 'null'],
    ['ALLOWED_ORIGINS', 'localhost:5173'],
    ['ALLOWED_ORIGINS', 'file://x'],
    ['ALLOWED_ORIGINS', 'capacitor://localhost/'],
    ['ALLOWED_ORIGINS', 'ftp://host/path'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_PORT', '99999'],
    ['METRICS_TOKEN', 'too-short'],
    ['METRICS_TOKEN', 'long enough, but blanks'],
  ])('reports a fault in %s=%s', (variable, text) => {
    expect(faultsOf({ [variable]: text })).toEqual([
      { variable, message: expect.stringMatching(/^expected /) },
    ]);
  });

  it('reports all faults at once', () => {
    const faults = faultsOf({ PORT: 'x', SOCKET_PORT: 'y', DATABASE_URL: 'z', AUTH: 'w', LOG_LEVEL: 'v' });
    expect(faults.map(({ variable }) => variable).sort()).toEqual([
      'AUTH',
      'DATABASE_URL',
      'LOG_LEVEL',
      'PORT',
      'SOCKET_PORT',
    ]);
  });

  it.each([
    ['redis://cache', { tls: false, cluster: false, nodes: [{ host: 'cache', port: 6379 }], db: 0 }],
    ['redis://[::1]:7000/2', { nodes: [{ host: '::1', port: 7000 }], db: 2 }],
    ['rediss://ann:p%40ss:word@cache:1', { tls: true, username: 'ann', password: 'p@ss:word' }],
    ['redis://:secret@cache', { username: undefined, password: 'secret' }],
    [
      'rediss+cluster://one:7000,two',
      {
        tls: true,
        cluster: true,
        nodes: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 6379 },
        ],
      },
    ],
  ])('reads the address of Redis from %s', (text, target) => {
    expect(parseConfig({ REDIS_URL: text })).toMatchObject({ faults: [], config: { redis: { target } } });
  });

  it('repeats no secret in a fault', () => {
    expect(JSON.stringify(faultsOf({ REDIS_URL: 'http://chat:hunter2@cache' }))).not.toContain('hunter2');
    const faults = faultsOf({ DATABASE_URL: 'mysql://chat:hunter2@db/chat' });
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  it('is complete, with defaults for faulty values', () => {
    const { config } = parseConfig({ PORT: 'x', PRESENCE_GRACE_MS: '7' });
    expect(config).toEqual({ ...parseConfig({}).config, presence: { graceMs: 7, leaseMs: 15_000 } });
  });

  it('needs two ports for REST and sockets, unless the system chooses them', () => {
    expect(faultsOf({ PORT: '4000', SOCKET_PORT: '4000' })).toMatchObject([{ variable: 'SOCKET_PORT' }]);
    expect(faultsOf({ PORT: '5005' })).toMatchObject([{ variable: 'SOCKET_PORT' }]);
    expect(faultsOf({ PORT: '0', SOCKET_PORT: '0' })).toEqual([]);
  });

  it('needs a third port for metrics, unless they are on the first', () => {
    expect(faultsOf({ METRICS_PORT: '3000' })).toMatchObject([{ variable: 'METRICS_PORT' }]);
    expect(faultsOf({ METRICS_PORT: '5005' })).toMatchObject([{ variable: 'METRICS_PORT' }]);
    expect(faultsOf({ METRICS_PORT: '0' })).toEqual([]);
  });

  it('is open in production only with AUTH=open', () => {
    expect(faultsOf({ NODE_ENV: 'production' })).toMatchObject([{ variable: 'AUTH' }]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH: ' ' })).toMatchObject([{ variable: 'AUTH' }]);
    expect(faultsOf({ NODE_ENV: 'production', AUTH: 'open' })).toEqual([]);
  });

  it('refuses to allow all origins in production with logins', () => {
    const production = { NODE_ENV: 'production', AUTH: 'jwt' };
    const originFaults = (variables: Record<string, string>) =>
      faultsOf({ ...production, ...variables }).filter(({ variable }) => variable === 'ALLOWED_ORIGINS');
    expect(originFaults({})).toHaveLength(1);
    expect(originFaults({ ALLOWED_ORIGINS: '*' })).toHaveLength(1);
    expect(originFaults({ ALLOWED_ORIGINS: 'https://a.example,*' })).toHaveLength(1);
    expect(originFaults({ ALLOWED_ORIGINS: 'https://a.example' })).toEqual([]);
    expect(originFaults({ ALLOWED_ORIGINS: 'none' })).toEqual([]);
    expect(originFaults({ ALLOWED_ORIGINS: '*', AUTH: 'open' })).toEqual([]);
    expect(parseConfig({ ALLOWED_ORIGINS: 'none' }).config.allowedOrigins).toEqual([]);
  });

  it('lets contacts be added to groups without asking where people log in, and everybody in open mode', () => {
    const groupAddsOf = (variables: Record<string, string>) => parseConfig(variables).config.groupAdds;
    const jwt = { AUTH: 'jwt', JWT_SECRET: '8cuHDXJ2ViTqsSePfHV1JcQ1pUzqVYvfMz3yRcX5bwo=' };
    expect(groupAddsOf({})).toBe('everybody');
    expect(groupAddsOf(jwt)).toBe('contacts');
    expect(groupAddsOf({ ...jwt, GROUP_ADDS: 'everybody' })).toBe('everybody');
    expect(groupAddsOf({ GROUP_ADDS: 'invited' })).toBe('invited');
  });

  it('deletes direct chats for both, unless DIRECT_DELETE says otherwise', () => {
    expect(parseConfig({}).config.directDelete).toBe('everyone');
    expect(parseConfig({ DIRECT_DELETE: 'me' }).config.directDelete).toBe('me');
  });

  it('lets people find their contacts where they log in, and everybody in open mode', () => {
    const directoryOf = (variables: Record<string, string>) => parseConfig(variables).config.directory;
    const jwt = { AUTH: 'jwt', JWT_SECRET: '8cuHDXJ2ViTqsSePfHV1JcQ1pUzqVYvfMz3yRcX5bwo=' };
    expect(directoryOf({})).toBe('all');
    expect(directoryOf({ ...jwt, NODE_ENV: 'production' })).toBe('contacts');
    expect(directoryOf(jwt)).toBe('contacts');
    expect(directoryOf({ ...jwt, DIRECTORY: 'none' })).toBe('none');
    expect(directoryOf({ DIRECTORY: 'contacts' })).toBe('contacts');
  });

  it('is for this machine and its pages where nothing is set, in production too', () => {
    for (const variables of [{}, { AUTH: 'open' }, { AUTH: 'open', NODE_ENV: 'production' }]) {
      expect(parseConfig(variables)).toMatchObject({
        faults: [],
        config: { listenOn: ['127.0.0.1', '::1'], allowedOrigins: ['localhost'] },
      });
    }
  });

  it('is for everybody with tokens, where nothing is set', () => {
    const { config } = parseConfig({ AUTH: 'jwt', JWT_SECRET: randomBytes(48).toString('base64') });
    expect(config).toMatchObject({ listenOn: null, allowedOrigins: ['*'] });
  });

  it.each([
    ['0.0.0.0', ['0.0.0.0']],
    ['::', ['::']],
    ['192.168.1.20', ['192.168.1.20']],
    ['localhost', ['127.0.0.1', '::1']],
  ])('listens where HOST=%s says', (HOST, listenOn) => {
    expect(parseConfig({ HOST }).config.listenOn).toEqual(listenOn);
  });

  it('allows the origins of this machine by one word, besides others', () => {
    const ALLOWED_ORIGINS = 'localhost,http://192.168.1.20:5173';
    expect(parseConfig({ ALLOWED_ORIGINS })).toMatchObject({
      faults: [],
      config: { allowedOrigins: ['localhost', 'http://192.168.1.20:5173'] },
    });
  });

  it('allows apps that have a scheme of their own', () => {
    const ALLOWED_ORIGINS = 'capacitor://localhost,ionic://localhost,https://app.example';
    expect(parseConfig({ ALLOWED_ORIGINS })).toMatchObject({
      faults: [],
      config: { allowedOrigins: ['capacitor://localhost', 'ionic://localhost', 'https://app.example'] },
    });
  });

  it('has no limits when they are off', () => {
    expect(parseConfig({ RATE_LIMITS: 'off', RATE_LIMIT_MESSAGES: '1/1s' }).config.limits).toBeNull();
  });

  it('is frozen', () => {
    const { config } = parseConfig({});
    for (const part of [
      config,
      config.auth,
      config.database,
      config.presence,
      config.allowedOrigins,
      config.limits,
      config.metrics,
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});
