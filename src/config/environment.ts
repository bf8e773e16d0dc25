import { displayName, type GroupAdds } from '../contract/index.js';
import { postgresUrl } from './postgres-url.js';
import { type HookFilter, hookFilter, hookSecret } from './hook-rules.js';
import { outboundAllow, outboundPorts } from './outbound-rules.js';
import { apnsKey, type FcmCredentials, fcmCredentials, vapidKey, vapidSubject } from './push-config.js';
import { parseRate, type Rate } from './rate.js';
import { redisUrl, type RedisTarget } from './redis-url.js';
import { parseWaits, type Waits } from './waits.js';

/**
 * Every environment variable: its meaning, its default, and the texts it may have. docs/reference/configuration.md and
 * .env.example list the same names; a test keeps the three equal.
 */
export interface Variable<T> {
  /** What it is for, with the unit. */
  about: string;
  /** The value when the variable is unset or empty. */
  default: T;
  /** @throws Error whose message says what was expected. */
  parse(text: string): T;
}

function wholeNumber(min: number, max: number) {
  return (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`expected a whole number from ${min} to ${max}`);
  };
}

function oneOf<const T extends string>(...allowed: T[]) {
  return (text: string): T => {
    const found = allowed.find((value) => value === text);
    if (found !== undefined) return found;
    throw new Error(`expected ${allowed.join(' or ')}`);
  };
}

const port = wholeNumber(0, 65_535);

function list(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** Apps in a WebView have schemes of their own: `capacitor://localhost`. `URL` knows no origin of these. */
const OWN_SCHEME = /^(?!https?:|file:)[a-z][a-z\d+.-]*:\/\/[\w.-]+$/;

const isOrigin = (text: string) =>
  OWN_SCHEME.test(text) || (URL.canParse(text) && new URL(text).origin === text);

function origins(text: string): string[] {
  if (text === 'none') return [];
  const named = list(text);
  if (named.every((one) => one === '*' || one === 'localhost' || isOrigin(one))) return named;
  throw new Error(
    'expected *, none, or a comma-separated list of origins such as https://app.example.com; localhost means the pages of this machine',
  );
}

function origin(text: string): string {
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) {
    const { origin, href } = new URL(text);
    if (href === `${origin}/`) return origin;
  }
  throw new Error('expected an origin like https://images.example.com, without a path');
}

/** Ids of keys and teams at Apple. */
function appleId(text: string): string {
  if (/^[A-Z\d]{10}$/.test(text)) return text;
  throw new Error('expected 10 capital letters and digits');
}

/** It is shown in one line, and kept by every client. */
function serverName(text: string): string {
  const parsed = displayName(100).safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Error('expected one line of at most 100 visible characters');
}

function httpUrl(text: string): URL {
  if (URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)) return new URL(text);
  throw new Error('expected an http or https URL');
}

function apiKeys(text: string): string[] {
  const keys = list(text);
  if (keys.every((key) => /^[\x21-\x7e]{32,256}$/.test(key))) return keys;
  throw new Error('expected comma-separated keys of 32 to 256 printable ASCII characters without spaces');
}

/**
 * Algorithms for tokens of another issuer. Asymmetric ones only: with a shared secret this server could sign them as
 * well.
 */
const ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
];

export type Algorithm = (typeof ALGORITHMS)[number];

function algorithms(text: string): Algorithm[] {
  const named = list(text).map((name) => ALGORITHMS.find((algorithm) => algorithm === name));
  const known = named.filter((algorithm) => algorithm !== undefined);
  if (known.length > 0 && known.length === named.length) return known;
  throw new Error(`expected one or several of ${ALGORITHMS.join(', ')}, comma-separated`);
}

/** `parseRate`; a default is written as the variable is. */
const rate = (about: string, text: string): Variable<Rate> => ({
  about,
  default: parseRate(text),
  parse: parseRate,
});

function channelPrefix(text: string): string {
  if (/^[\w.-]{1,32}$/.test(text)) return text;
  throw new Error('expected up to 32 letters, digits, dots, dashes or underscores');
}

const variable = <T>(definition: Variable<T>): Variable<T> => definition;

/** For whom a user deletes a direct chat. */
export type DirectDelete = 'everyone' | 'me';

/** Whom a user finds. */
export type Directory = 'all' | 'contacts' | 'none';

export const environment = {
  NODE_ENV: variable<'development' | 'test' | 'production'>({
    about: '`production`: open mode needs an explicit AUTH=open, and logs are JSON.',
    default: 'development',
    parse: oneOf('development', 'test', 'production'),
  }),
  DATABASE_URL: variable<string | null>({
    about: 'URL of PostgreSQL 14 or later. Unset: an embedded PostgreSQL in `.data/` of the project.',
    default: null,
    parse: postgresUrl,
  }),
  DATABASE_POOL: variable({
    about: 'Maximum number of connections from this process to PostgreSQL.',
    default: 16,
    parse: wholeNumber(4, 500),
  }),
  DATABASE_TIMEOUT_MS: variable({
    about: 'Maximum time of one SQL statement, in milliseconds.',
    default: 3_000,
    parse: wholeNumber(100, 4_000),
  }),
  REDIS_URL: variable<RedisTarget | null>({
    about:
      'Redis 7 or later, which connects several nodes: `redis://`, `rediss://`, or `redis+cluster://host:port,host:port`. Unset: this node runs alone.',
    default: null,
    parse: redisUrl,
  }),
  REDIS_PREFIX: variable({
    about: 'Prefix of all names in Redis. Nodes with the same prefix form one system.',
    default: 'chat',
    parse: channelPrefix,
  }),
  PORT: variable({
    about: 'Port of REST, the pages, the documents, and Socket.IO below `/socket.io/`.',
    default: 3000,
    parse: port,
  }),
  SOCKET_PORT: variable({ about: 'Port of Socket.IO alone.', default: 5005, parse: port }),
  SERVER_NAME: variable({
    about: 'Name of this server, as clients show it: `name` of `GET /config`.',
    default: 'Chat',
    parse: serverName,
  }),
  SOCKET_URL: variable<string | null>({
    about:
      'Where clients reach Socket.IO, such as `https://sockets.example.com`, if it is elsewhere than REST: `socket.url` of `GET /config`.',
    default: null,
    parse: origin,
  }),
  IMAGE_ORIGINS: variable<string[]>({
    about:
      'Web origins whose images clients may show, such as avatars, comma-separated: `imageOrigins` of `GET /config`.',
    default: [],
    parse: (text) => list(text).map(origin),
  }),
  WEB: variable<'on' | 'off' | 'console' | 'admin' | null>({
    about:
      'Pages on PORT: `on`: the chat at `/`, the console at `/console` and the page of operators at `/admin`; `console`, `admin`: that one alone; `off`: none, `/` leads to the documents. Unset: `on` outside production, `off` in production.',
    default: null,
    parse: oneOf('on', 'off', 'console', 'admin'),
  }),
  SOCKET_WIRE: variable<'fast' | 'stock'>({
    about:
      '`fast`: messages bypass parts of Socket.IO, which saves CPU. `stock`: unchanged Socket.IO, to find out whether the fast way causes a problem. Clients see no difference.',
    default: 'fast',
    parse: oneOf('fast', 'stock'),
  }),
  HOST: variable<string | null>({
    about:
      'Address on which both ports listen: `0.0.0.0` or `::` means all addresses of the machine, `localhost` means 127.0.0.1 and ::1. Unset: `localhost` in open mode, all addresses with AUTH=jwt.',
    default: null,
    parse: (text) => text,
  }),
  AUTH: variable<'open' | 'jwt' | null>({
    about:
      '`open`: the server trusts the user id that a client sends. `jwt`: clients need a token or an API key. Unset: `open`, outside production only.',
    default: null,
    parse: oneOf('open', 'jwt'),
  }),
  JWT_SECRET: variable<string | null>({
    about:
      'Secret that signs the tokens of this server: at least 32 random bytes, for example from `openssl rand -base64 48`.',
    default: null,
    parse: (text) => text,
  }),
  ACCESS_TOKEN_SECONDS: variable({
    about: 'Lifetime of an access token of this server, in seconds.',
    default: 900,
    parse: wholeNumber(1, 86_400),
  }),
  REFRESH_TOKEN_DAYS: variable({
    about: 'Days after which a session ends if it is not refreshed.',
    default: 30,
    parse: wholeNumber(1, 3_650),
  }),
  REGISTRATION: variable<'open' | 'closed'>({
    about: '`closed`: users cannot register themselves; a backend creates users and tokens with an API key.',
    default: 'open',
    parse: oneOf('open', 'closed'),
  }),
  JWT_JWKS_URL: variable<URL | null>({
    about: 'Accept tokens of another issuer instead of JWT_SECRET: URL of its public keys (JWKS).',
    default: null,
    parse: httpUrl,
  }),
  JWT_PUBLIC_KEY: variable<string | null>({
    about: 'Instead of JWT_JWKS_URL: the public key itself, in PEM. Line breaks may be written as `\\n`.',
    default: null,
    parse: (text) => text,
  }),
  JWT_ISSUER: variable<string | null>({
    about: 'Required `iss` of the tokens of another issuer.',
    default: null,
    parse: (text) => text,
  }),
  JWT_AUDIENCE: variable<string | null>({
    about: 'Required `aud` of the tokens of another issuer: the name of this chat server there.',
    default: null,
    parse: (text) => text,
  }),
  JWT_ALGORITHMS: variable<Algorithm[]>({
    about: 'Accepted signature algorithms of the tokens of another issuer, comma-separated.',
    default: ['RS256'],
    parse: algorithms,
  }),
  API_KEYS: variable<string[]>({
    about: 'API keys of your backends for REST, comma-separated, at least 32 characters each.',
    default: [],
    parse: apiKeys,
  }),
  ALLOWED_ORIGINS: variable<string[] | null>({
    about:
      'Web origins whose pages may use the server, comma-separated. `localhost` means localhost, 127.0.0.1 and [::1] with any port; `*` allows all, `none` allows none. Unset: `localhost` in open mode, `*` with AUTH=jwt.',
    default: null,
    parse: origins,
  }),
  GROUP_ADDS: variable<GroupAdds | null>({
    about:
      'Whom a user may add to a group without asking; others are invited. `everybody`; `contacts`: users who have written to the one who adds, in their direct chat; `invited`: nobody. Each user can choose a stricter rule for themselves. Unset: `contacts` with AUTH=jwt, `everybody` in open mode.',
    default: null,
    parse: oneOf('everybody', 'contacts', 'invited'),
  }),
  DIRECTORY: variable<Directory | null>({
    about:
      'Whom a user finds by `getUsers` and `searchUsers`: `all` users, `contacts` (those with whom they share a direct chat or a group), or `none`. The application finds all. Unset: `contacts` with AUTH=jwt, `all` in open mode.',
    default: null,
    parse: oneOf('all', 'contacts', 'none'),
  }),
  DIRECT_DELETE: variable<DirectDelete>({
    about:
      'What deleting a direct chat (`deleteChat`, `DELETE /chats/:chatId`) means when a user does it: `everyone`: it is deleted for both; `me`: it is cleared for that user only, as by `clearChat`. The application always deletes for everyone.',
    default: 'everyone',
    parse: oneOf('everyone', 'me'),
  }),
  TRUST_PROXY: variable({
    about:
      'Number of proxies in front of the server that set X-Forwarded-For; 0: the header is ignored. Needed for the limits by address behind a proxy.',
    default: 0,
    parse: wholeNumber(0, 10),
  }),
  RATE_LIMITS: variable<'on' | 'off'>({
    about:
      '`off` turns off all limits below. A limit is written as count/time (`200/10s`) or size/time (`16mb/1m`).',
    default: 'on',
    parse: oneOf('on', 'off'),
  }),
  RATE_LIMIT_MESSAGES: rate('Messages that a user may send or edit.', '200/10s'),
  RATE_LIMIT_TYPING: rate('`typing`, `sendEvent` and `sendDelta` commands of a user.', '150/10s'),
  RATE_LIMIT_CHATS: rate('Chats that a user may open.', '60/1m'),
  RATE_LIMIT_ADDS: rate('Users, other than contacts, whom a user may add or invite to groups.', '200/1h'),
  RATE_LIMIT_OTHER: rate('All other commands of a user.', '600/10s'),
  RATE_LIMIT_BYTES: rate('Bytes of all commands of a user.', '16mb/1m'),
  RATE_LIMIT_ADDRESS: rate('Commands and requests of all users at one address.', '10000/10s'),
  RATE_LIMIT_ADDRESS_BYTES: rate(
    'Bytes of all commands and requests of all users at one address.',
    '256mb/1m',
  ),
  RATE_LIMIT_HANDSHAKES: rate('New Socket.IO connections from one address.', '1200/1m'),
  RATE_LIMIT_LOGINS: rate('Logins, registrations and password changes from one address.', '30/1m'),
  RATE_LIMIT_SOCKETS: variable({
    about: 'Maximum number of open Socket.IO connections from one address.',
    default: 5_000,
    parse: wholeNumber(1, 1_000_000),
  }),
  RATE_LIMIT_USER_SOCKETS: variable({
    about: 'Maximum number of open sockets of one user on one node.',
    default: 100,
    parse: wholeNumber(1, 1_000_000),
  }),
  IDEMPOTENCY_KEEP_SECONDS: variable({
    about:
      'Time for which the idempotency key of a command is kept, in seconds. A message keeps its key as long as it exists.',
    default: 86_400,
    parse: wholeNumber(1, 2_592_000),
  }),
  IDEMPOTENCY_KEYS_PER_USER: variable({
    about: 'Maximum number of idempotency keys that are kept for a user.',
    default: 20_000,
    parse: wholeNumber(1, 10_000_000),
  }),
  KEEP_DELETED_SECONDS: variable({
    about:
      'Time for which a message that its sender deleted for everyone can still be reported, in seconds. Its text is kept that long for the application only. 0: it is deleted at once.',
    default: 86_400,
    parse: wholeNumber(0, 2_592_000),
  }),
  AUDIT_DAYS: variable({
    about:
      'Time for which it is kept what the application and admins did to people and chats (`GET /audit`), in days.',
    default: 365,
    parse: wholeNumber(1, 36_500),
  }),
  RETENTION_DAYS: variable({
    about:
      'Days for which messages are kept: older ones are removed for everyone, some at a time. A chat may keep them for less (`setRetention`). 0: for ever.',
    default: 0,
    parse: wholeNumber(0, 36_500),
  }),
  OUTBOUND_ALLOW: variable<string[]>({
    about:
      'Names and networks that this server may call although they are not on the internet, comma-separated: `hooks.internal,10.1.0.0/16`. A name may then have any address.',
    default: [],
    parse: outboundAllow,
  }),
  OUTBOUND_PORTS: variable<number[] | null>({
    about: 'Ports that this server may call, comma-separated; `any`: all.',
    default: [80, 443],
    parse: outboundPorts,
  }),
  BEFORE_SEND_URL: variable<URL | null>({
    about:
      'URL of the application that is asked before a message of a person is sent, or changed: it lets it through, refuses it or changes it. It may be what webhooks may be (`OUTBOUND_ALLOW`). Unset: nobody is asked.',
    default: null,
    parse: httpUrl,
  }),
  BEFORE_SEND_SECRET: variable<string | null>({
    about:
      'Secret that signs what is asked, as Standard Webhooks say: `whsec_` and 24 to 64 bytes in base64. Needed with `BEFORE_SEND_URL`.',
    default: null,
    parse: hookSecret,
  }),
  BEFORE_SEND_TIMEOUT_MS: variable({
    about: 'Maximum time that the application takes to answer before a message is sent, in milliseconds.',
    default: 1_500,
    parse: wholeNumber(20, 3_000),
  }),
  BEFORE_SEND_ON_ERROR: variable<'allow' | 'refuse'>({
    about:
      'What becomes of a message when the application gives no answer in time, or none that can be read, or too much is asked at once: `allow` sends it, `refuse` answers UNAVAILABLE.',
    default: 'allow',
    parse: oneOf('allow', 'refuse'),
  }),
  BEFORE_SEND_MAX_IN_FLIGHT: variable({
    about:
      'Maximum number of messages about which the application is asked at the same time; of one chat a quarter of it.',
    default: 256,
    parse: wholeNumber(1, 10_000),
  }),
  BEFORE_SEND_FILTER: variable<HookFilter | null>({
    about:
      'About which messages the application is asked, comma-separated: `direct`, `group`, `chat:` and the beginning of the externalId of a chat, `sender:` and that of a sender. One that fits is enough. Unset: about all.',
    default: null,
    parse: hookFilter,
  }),
  WEBHOOK_TIMEOUT_MS: variable({
    about:
      'Maximum time of one try of a webhook, from the lookup of its name to the end of the answer, in milliseconds.',
    default: 5_000,
    parse: wholeNumber(50, 30_000),
  }),
  WEBHOOK_RETRIES: variable<Waits>({
    about:
      'Waits before a webhook that failed is tried again, comma-separated, in s, m or h. After the last one an event is dead; a receiver that is down is probed on and on at that distance.',
    default: parseWaits('5s,1m,5m,30m,2h,5h,10h'),
    parse: parseWaits,
  }),
  WEBHOOK_DISABLE_HOURS: variable({
    about: 'Time after which a webhook whose receiver is down all the while is disabled, in hours.',
    default: 72,
    parse: wholeNumber(1, 8_760),
  }),
  WEBHOOK_MAX_PARKED: variable({
    about:
      'Maximum number of events of a webhook that wait aside because they, or earlier ones of their chats, were refused. With more it is sent nothing new until some of them are done: the messages are the backlog.',
    default: 10_000,
    parse: wholeNumber(1, 1_000_000),
  }),
  WEBHOOK_LOG: variable<'failures' | 'all'>({
    about: 'Which tries `GET /webhooks/:webhookId/tries` has: those that failed, or all.',
    default: 'failures',
    parse: oneOf('failures', 'all'),
  }),
  WEBHOOK_LOG_DAYS: variable({
    about: 'Days for which tries and dead events of webhooks are kept.',
    default: 14,
    parse: wholeNumber(1, 365),
  }),
  WEBHOOK_KEY: variable<Buffer | null>({
    about:
      'Key that seals the secrets of webhooks in the database: 32 bytes in base64, for example from `openssl rand -base64 32`. Unset: they are stored as they are.',
    default: null,
    parse: (text) => {
      const key = Buffer.from(text, 'base64');
      if (key.length === 32 && /^[\w+/-]+=*$/.test(text)) return key;
      throw new Error('expected 32 bytes in base64');
    },
  }),
  VAPID_PUBLIC_KEY: variable<string | null>({
    about:
      'Public key of this server for the push services of browsers, from `npm run vapid`. Unset: no Web Push. With another key all devices have to subscribe anew.',
    default: null,
    parse: vapidKey(65),
  }),
  VAPID_PRIVATE_KEY: variable<string | null>({
    about: 'Private key that belongs to VAPID_PUBLIC_KEY.',
    default: null,
    parse: vapidKey(32),
  }),
  VAPID_SUBJECT: variable<string | null>({
    about: 'Whom push services of browsers may write to about this server: `mailto:` or an https URL.',
    default: null,
    parse: vapidSubject,
  }),
  FCM_CREDENTIALS: variable<FcmCredentials | null>({
    about:
      'Service account of your Firebase project, as JSON or as the path of its file. Unset: no pushes by Firebase Cloud Messaging.',
    default: null,
    parse: fcmCredentials,
  }),
  FCM_ORIGIN: variable({
    about: 'Where Firebase Cloud Messaging is reached.',
    default: 'https://fcm.googleapis.com',
    parse: origin,
  }),
  APNS_KEY: variable<string | null>({
    about:
      'Key for the push service of Apple: the content of its .p8 file, or the path. Unset: no pushes by it.',
    default: null,
    parse: apnsKey,
  }),
  APNS_KEY_ID: variable<string | null>({
    about: 'Id of APNS_KEY.',
    default: null,
    parse: appleId,
  }),
  APNS_TEAM_ID: variable<string | null>({
    about: 'Id of your team at Apple.',
    default: null,
    parse: appleId,
  }),
  APNS_TOPIC: variable<string | null>({
    about: 'Bundle id of your app.',
    default: null,
    parse: (text) => {
      if (/^[\w.-]{1,255}$/.test(text)) return text;
      throw new Error('expected a bundle id such as com.example.chat');
    },
  }),
  APNS_ORIGIN: variable({
    about:
      'Where the push service of Apple is reached; for apps that are run from Xcode `https://api.sandbox.push.apple.com`.',
    default: 'https://api.push.apple.com',
    parse: origin,
  }),
  PUSH_PREVIEW: variable<'on' | 'off'>({
    about:
      'Whether pushes have the text of messages and the names of people and groups. `off`: only "New message" and ids.',
    default: 'on',
    parse: oneOf('on', 'off'),
  }),
  PUSH_GATHER_MS: variable({
    about: 'Time for which the messages of a chat are gathered for one push, in milliseconds.',
    default: 1_500,
    parse: wholeNumber(0, 60_000),
  }),
  PUSH_ACTIVE_DELAY_MS: variable({
    about:
      'Time after which somebody with an active device (`setActive`) is pushed what is still unread, in milliseconds.',
    default: 30_000,
    parse: wholeNumber(0, 600_000),
  }),
  NOTIFICATION_DUE_AFTER_MS: variable({
    about:
      'Time after which webhooks are told by `notification.due` that somebody has not read a message, in milliseconds; 0: never. The same on all nodes.',
    default: 600_000,
    parse: wholeNumber(0, 86_400_000),
  }),
  SINKS: variable<'on' | 'off'>({
    about:
      'Whether this node works off what happened: webhooks, pushes, and the inbox of each person. `off`: other nodes do it; at least one has to.',
    default: 'on',
    parse: oneOf('on', 'off'),
  }),
  INBOX: variable<'on' | 'off'>({
    about:
      'Whether people have an inbox of mentions, replies, reactions and groups that they were added to. The same on all nodes.',
    default: 'on',
    parse: oneOf('on', 'off'),
  }),
  SINK_LEASE_MS: variable({
    about:
      'Time after which another node goes on with the webhooks, pushes and inboxes of one that no longer responds, in milliseconds, and up to 3 s more: with the default within 13 s.',
    default: 10_000,
    parse: wholeNumber(500, 60_000),
  }),
  SINK_POLL_MS: variable({
    about:
      'Time between two looks for what webhooks are to be told, in milliseconds: so long after a change its event is sent, at most twice that.',
    default: 500,
    parse: wholeNumber(20, 60_000),
  }),
  SINK_KEEP_DAYS: variable({
    about:
      'Days for which changes are kept for webhooks that have not heard of them. After that they miss them, and `skippedAt` of the webhook says so.',
    default: 7,
    parse: wholeNumber(1, 365),
  }),
  PRESENCE_GRACE_MS: variable({
    about: 'Time for which a user stays online after the connection dropped, in milliseconds.',
    default: 5_000,
    parse: wholeNumber(0, 600_000),
  }),
  RECEIPTS_PUSHED_UP_TO: variable({
    about:
      'Largest group in which receipts are pushed to all members. In larger groups only the reader receives them. Also the most members who are told by `unreadCount` that a message which they had not read was deleted.',
    default: 100,
    parse: wholeNumber(0, 1_000),
  }),
  METRICS_PORT: variable<number | null>({
    about:
      'Port of the Prometheus metrics at `/metrics`: on 127.0.0.1, or on HOST if METRICS_TOKEN is set. Unset: they are on PORT, for requests with METRICS_TOKEN; without a token, outside production and for this machine only.',
    default: null,
    parse: port,
  }),
  METRICS_TOKEN: variable<string | null>({
    about: 'Bearer token that is needed to read the metrics, at least 16 characters.',
    default: null,
    parse: (text) => {
      if (/^[\x21-\x7e]{16,}$/.test(text)) return text;
      throw new Error('expected at least 16 characters without spaces');
    },
  }),
  PRESENCE_LEASE_MS: variable({
    about:
      'With Redis: time after which the users of a node that no longer responds count as offline, in milliseconds.',
    default: 15_000,
    parse: wholeNumber(1_000, 600_000),
  }),
  DRAIN_NOTICE_MS: variable({
    about:
      'At a stop: time between reporting "not ready" and refusing new work, so that a load balancer notices, in milliseconds.',
    default: 500,
    parse: wholeNumber(0, 5_000),
  }),
  DRAIN_SPREAD_MS: variable({
    about: 'At a stop: maximum time over which the closing of the sockets is spread, in milliseconds.',
    default: 10_000,
    parse: wholeNumber(0, 12_000),
  }),
  LOG_LEVEL: variable<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent'>({
    about: 'Lowest level of messages that are logged.',
    default: 'info',
    parse: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'silent'),
  }),
};

export type Environment = { [K in keyof typeof environment]: (typeof environment)[K]['default'] };
