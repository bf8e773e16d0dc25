import { environment } from './environment.js';
import { misspelt, misspeltNote } from './misspelt.js';

describe('A variable that is not ours', () => {
  it.each([
    ['ALOWED_ORIGINS', 'ALLOWED_ORIGINS'],
    ['ALLOWED_ORIGIN', 'ALLOWED_ORIGINS'],
    ['allowed_origins', 'ALLOWED_ORIGINS'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['REDIS_URI', 'REDIS_URL'],
    ['API_KEY', 'API_KEYS'],
    ['JWT_SECERT', 'JWT_SECRET'],
    ['TRUST_PROXIES', null],
    ['SOCKETPORT', 'SOCKET_PORT'],
    ['RATE_LIMIT_MESSAGE', 'RATE_LIMIT_MESSAGES'],
    ['RATE_LIMIT_LOGIN_TRIES', null],
    ['JWT_EXPIRES_IN', null],
    ['AUHT', 'AUTH'],
  ])('and is written %s is noticed, where it looks like one: %s', (name, likely) => {
    const expected = name === 'TRUST_PROXIES' ? [] : [{ name, likely }];
    expect(misspelt({ [name]: 'x' })).toEqual(expected);
  });

  it.each([
    'PATH HOME HOSTNAME SHELL USER LANG TERM PWD NODE_OPTIONS NODE_PATH LOGNAME EDITOR TZ CI HOSTTYPE',
    'npm_config_cache npm_lifecycle_event http_proxy NO_PROXY DATABASE_NAME DATABASE_HOST DATABASE_PORT REDIS_HOST REDIS_PORT',
    'POSTGRES_USER POSTGRES_PASSWORD PGHOST PGUSER KUBERNETES_PORT KUBERNETES_SERVICE_HOST CHAT_SERVICE_PORT API_URL',
  ])('but somebody else’s is nobody’s business: %s', (names) => {
    expect(misspelt(Object.fromEntries(names.split(' ').map((name) => [name, 'x'])))).toEqual([]);
  });

  it('is not noticed when it is empty, or when the one that it looks like is set', () => {
    expect(misspelt({ API_KEY: '', ALOWED_ORIGINS: ' ' })).toEqual([]);
    expect(misspelt({ API_KEY: 'x', API_KEYS: 'y' })).toEqual([]);
    expect(misspelt(Object.fromEntries(Object.keys(environment).map((name) => [name, 'x'])))).toEqual([]);
  });

  it('is told without its value', () => {
    const [one] = misspelt({ JWT_SECERT: 'a-secret' });
    expect(misspeltNote(one!)).toContain('Did you mean JWT_SECRET?');
    expect(misspeltNote(one!)).not.toContain('a-secret');
    expect(misspeltNote({ name: 'JWT_EXPIRES_IN', likely: null })).toContain('no variable JWT_EXPIRES_IN');
  });
});
