import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/config.js';
import { projectRoot } from '../../src/common/project-root.js';

type Variables = Record<string, string>;

const read = (path: string) => readFileSync(join(projectRoot(), path), 'utf8');
const compose = read('docker-compose.yml');

const indent = (line: string) => line.search(/\S/);

/** What stands under a key: the lines after it that are indented deeper. */
function under(key: string, text = compose): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`));
  if (at === -1) throw new Error(`docker-compose.yml has no ${key}`);
  const rest = lines.slice(at + 1);
  const end = rest.findIndex((line) => line.trim() !== '' && indent(line) <= indent(lines[at]!));
  return rest.slice(0, end === -1 ? undefined : end).join('\n');
}

/** The variables of an `environment`, with `${NAME:-default}` filled in as Compose does it. */
function variablesIn(text: string, dotenv: Variables): Variables {
  const entries = [...text.matchAll(/^\s+([A-Z_]+): (.+)$/gm)].map(([, name, value]) => [
    name!,
    value!
      .replace(/^'(.*)'$/, '$1')
      .replaceAll(
        /\$\{(\w+):-([^}]*)\}/g,
        (_, given: string, otherwise: string) => dotenv[given] || otherwise,
      ),
  ]);
  return Object.fromEntries(entries) as Variables;
}

/** What a service's program finds in its environment, when those stand in the file .env. */
function environmentOf(service: string, dotenv: Variables): Variables {
  const own = under(service);
  expect(own).toContain('<<: *node');
  expect(own).toMatch(/environment: \*variables|environment:\n\s+<<: \*variables/);
  const passed = under('x-node').includes('env_file: [{ path: .env, required: false }]');
  return {
    NODE_ENV: /^ENV NODE_ENV=(\w+)$/m.exec(read('Dockerfile'))![1]!,
    ...(passed ? dotenv : {}),
    ...variablesIn(under('x-variables'), dotenv),
    ...(own.includes('environment: *variables') ? {} : variablesIn(under('environment', own), dotenv)),
  };
}

const configured = (service: string, dotenv: Variables = {}) => parseConfig(environmentOf(service, dotenv));

const LOGIN = {
  AUTH: 'jwt',
  JWT_SECRET: randomBytes(48).toString('base64'),
  ALLOWED_ORIGINS: 'https://app.example.com',
};

describe.each(['app', 'node-1'])('In docker-compose.yml %s', (service) => {
  it('starts in open mode without a file .env', () => {
    expect(configured(service)).toMatchObject({
      faults: [],
      config: {
        production: true,
        auth: { mode: 'open' },
        listenOn: ['0.0.0.0'],
        httpPort: 3000,
        socketPort: 5005,
      },
    });
  });

  it('starts with the login that .env asks for', () => {
    expect(configured(service, LOGIN)).toMatchObject({
      faults: [],
      config: { auth: { mode: 'jwt' }, allowedOrigins: [LOGIN.ALLOWED_ORIGINS] },
    });
  });

  it('is told every limit that .env sets', () => {
    const { config } = configured(service, { RATE_LIMITS: 'off' });
    expect(config.limits).toBeNull();
  });

  it('is where the others look for it, whatever .env says of a start without Docker', () => {
    const elsewhere = {
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: '8080',
      SOCKET_PORT: '8081',
      METRICS_PORT: '8082',
      DATABASE_URL: 'postgres://localhost/other',
      REDIS_URL: 'redis://localhost',
    };
    const { config } = configured(service);
    expect(configured(service, elsewhere)).toEqual({ faults: [], config });
  });
});

describe('In the image the server', () => {
  it('listens to what `docker run -p` passes on, in open mode too', () => {
    const set = [...read('Dockerfile').matchAll(/^ENV (\w+)=(\S+)$/gm)].map(([, name, value]) => [
      name!,
      value!,
    ]);
    const { config, faults } = parseConfig({ ...Object.fromEntries(set), AUTH: 'open' } as Variables);
    expect({ config, faults }).toMatchObject({
      faults: [],
      config: { production: true, listenOn: ['0.0.0.0'], allowedOrigins: ['localhost'] },
    });
  });
});

describe('In docker-compose.yml the nodes behind nginx', () => {
  it('are the same twice', () => {
    expect(compose).toContain('\n  node-1: &scaled\n');
    expect(compose).toContain('\n  node-2: *scaled\n');
  });

  it('count people by the address that nginx has seen', () => {
    expect(configured('node-1', { TRUST_PROXY: '0' }).config.trustProxy).toBe(1);
  });

  it('are joined by Redis, which a single node does without', () => {
    expect(configured('node-1').config.redis.target).not.toBeNull();
    expect(configured('app').config.redis.target).toBeNull();
  });
});
