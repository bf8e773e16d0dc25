/** The address of Redis, from REDIS_URL. */
export interface RedisTarget {
  readonly tls: boolean;
  /** True for a Redis Cluster: `nodes` are then the servers to read its map from. Otherwise there is one node. */
  readonly cluster: boolean;
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
}

const EXPECTED =
  'expected redis://user:password@host:port/db, rediss:// for TLS, or redis+cluster://host:port,host:port';

const FORM = /^(redis|rediss)(\+cluster)?:\/\/(?:([^@/]*)@)?([^@/]+)(?:\/(\d{0,5}))?$/;

/** @throws Error with the expected form and nothing of the text, which may hold a password. */
export function redisUrl(text: string): RedisTarget {
  const [, scheme, cluster, credentials = '', hosts = '', db = ''] = FORM.exec(text) ?? [];
  const nodes = hosts.split(',').map((host) => parsedHost(host));
  const complete = nodes.filter((node) => node !== null);
  const several = cluster !== undefined;
  if (scheme === undefined || complete.length < nodes.length || (!several && nodes.length > 1)) {
    throw new Error(EXPECTED);
  }
  if (several && Number(db) !== 0)
    throw new Error('expected no database number: a Redis Cluster has only one');
  const [username = '', ...rest] = credentials.split(':');
  return Object.freeze({
    tls: scheme === 'rediss',
    cluster: several,
    nodes: Object.freeze(complete),
    username: decoded(username),
    password: decoded(rest.join(':')),
    db: Number(db),
  });
}

/** Host and port of a target, without its secrets. */
export const shownRedis = ({ cluster, nodes }: RedisTarget): string =>
  `Redis${cluster ? ' Cluster' : ''} at ${nodes.map(({ host, port }) => `${host}:${port}`).join(', ')}`;

function parsedHost(text: string): { host: string; port: number } | null {
  // With a scheme that has a default port the parser would drop that port.
  const url = `redis://${text}`;
  if (text === '' || !URL.canParse(url)) return null;
  const { hostname, port } = new URL(url);
  return hostname === '' ? null : { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379) };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(EXPECTED);
  }
}
