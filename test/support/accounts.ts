import { randomBytes, scryptSync } from 'node:crypto';
import { io } from 'socket.io-client';
import type { ErrorView, SessionView } from '../../src/contract/index.js';
import type { Client, World } from './world.js';

export const PASSWORD = 'correct horse battery staple';

/** Variables of a server with its own accounts. Secrets are random, so that tests do not share them. */
export const ownAccounts = () => ({
  AUTH: 'jwt',
  JWT_SECRET: randomBytes(32).toString('base64'),
});

export const newApiKey = () => `key-${randomBytes(24).toString('base64url')}`;

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

let names = 0;

/** An unused name. */
export const newName = () => `person-${++names}`;

/**
 * PASSWORD as the server stores it, but for a setting that costs nothing: the setting is stored with the hash. A password of
 * the server's own setting takes 0.2 s, one after the other.
 */
export function cheapHash(): string {
  const salt = randomBytes(16);
  const derived = scryptSync(PASSWORD, salt, 32, { N: 16, r: 1, p: 1 });
  const text = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$scrypt$ln=4,r=1,p=1$${text(salt)}$${text(derived)}`;
}

/** A user who has logged in, with tokens: for tests of anything but registering, which takes longer. */
export async function loggedIn(world: World, username = newName()): Promise<SessionView> {
  await world.sql(
    `WITH made AS (INSERT INTO users DEFAULT VALUES RETURNING id)
     INSERT INTO credentials ("userId", username, "passwordHash") SELECT id, $1, $2 FROM made`,
    [username, cheapHash()],
  );
  const { body } = await world.http.post('/auth/login').send({ username, password: PASSWORD }).expect(200);
  return body as SessionView;
}

/** A registered user, with tokens. */
export async function register(world: World, username = newName()): Promise<SessionView> {
  const { body } = await world.http.post('/auth/register').send({ username, password: PASSWORD }).expect(201);
  return body as SessionView;
}

/** A socket connected with a token. */
export async function connected(world: World): Promise<Client & { session: SessionView }> {
  const session = await loggedIn(world);
  return Object.assign(await world.bearer(session.user.id, session.accessToken), { session });
}

export interface Minted {
  userId: number;
  accessToken: string;
  expiresAt: string;
}

/** An access token by an API key: for an externalId, a userId, or a new user. */
export async function mint(
  world: World,
  key: string,
  of: object = { externalId: newName() },
): Promise<Minted> {
  const { body } = await world.http.post('/auth/tokens').set('X-Api-Key', key).send(of).expect(201);
  return body as Minted;
}

/**
 * How a handshake is refused: with this code, for good; or `later`, when a stock client has begun to try again.
 */
export function refusalOrLater(world: World, auth: Record<string, unknown>): Promise<string> {
  const socket = io(world.socketUrl, { transports: ['websocket'], forceNew: true, auth });
  return new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('not refused'));
    socket.io.once('reconnect_attempt', () => resolve('later'));
    socket.on('connect_error', (error: Error & { data?: ErrorView }) => {
      if (error.data !== undefined) resolve(error.data.code);
    });
  }).finally(() => socket.disconnect());
}

/** The error of a handshake that was refused. */
export async function refusal(world: World, auth: Record<string, unknown>): Promise<ErrorView> {
  const error = await world.stranger({ auth }).then(
    () => new Error('The handshake was not refused'),
    (refused: Error & { data?: ErrorView }) => refused,
  );
  if (!('data' in error) || error.data === undefined) throw error;
  return error.data;
}
