import type { Auth, TokenReason } from './auth.js';
import type { Account, Session } from './contract.gen.js';
import { ChatError, type ErrorAnswer } from './errors.js';
import { memory } from './storage/memory.js';
import type { Storage, StorageSession } from './storage/storage.js';

/** A token that lives no longer than that is not used for a new connection, in milliseconds. */
const LEFT_MS = 30_000;

/** Errors after which only another login helps. */
const ENDED: ReadonlySet<string> = new Set([
  'TOKEN_EXPIRED',
  'TOKEN_INVALID',
  'TOKEN_REUSED',
  'VALIDATION_FAILED',
]);

export interface AccountsOptions {
  /** Where the server is. In a browser: by default where the page comes from. */
  url?: string;
  /** Where the session is kept, so that a reload is still signed in. By default in memory. */
  storage?: Storage;
}

/** People who log in with a password, on a server with `AUTH=jwt` and `JWT_SECRET`. */
export interface Accounts extends Auth {
  /**
   * Logs in. `start` of the client then connects.
   *
   * @throws ChatError CREDENTIALS_WRONG, RATE_LIMITED
   */
  login(who: { username: string; password: string }): Promise<Account>;
  /**
   * Makes an account and logs in.
   *
   * @throws ChatError CONFLICT when the name is taken, VALIDATION_FAILED, NOT_CONFIGURED
   */
  register(who: { username: string; password: string; name?: string }): Promise<Account>;
  /** Whether somebody is logged in on this device. */
  isLoggedIn(): Promise<boolean>;
}

export function accounts({ url, storage = memory() }: AccountsOptions = {}): Accounts {
  const base = url ?? location.origin;
  const name = `${base}#session`;
  let rows: Promise<StorageSession> | null = null;

  const open = () => (rows ??= storage.open(name));
  const kept = async () => (await (await open()).rows('meta'))[0]?.[1] as Session | undefined;
  const keep = async (session: Session | undefined) =>
    (await open()).write([{ kind: 'meta', key: 'session', value: session }]);

  /** The only one of all tabs that renews: a refresh token works once. */
  const alone = <T>(work: () => Promise<T>): Promise<T> =>
    typeof document !== 'undefined' && navigator.locks
      ? navigator.locks.request(`chat:token:${base}`, work)
      : work();

  async function post<T>(path: string, body: unknown): Promise<T> {
    let response: Response;
    try {
      response = await fetch(new URL(`/auth/${path}`, base), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    } catch {
      throw new ChatError({ code: 'OFFLINE' }, path);
    }
    const answer = (await response.json().catch(() => null)) as
      (T & { error?: ErrorAnswer } & ErrorAnswer) | null;
    if (response.ok && answer) return answer;
    throw new ChatError(answer?.error ?? (answer?.code ? answer : { code: 'UNAVAILABLE' }), path);
  }

  async function begin(path: 'login' | 'register', who: object): Promise<Account> {
    const session = await post<Session>(path, who);
    await keep(session);
    return session.user;
  }

  async function token(reason: TokenReason): Promise<string> {
    const before = await kept();
    if (!before)
      throw new ChatError({ code: 'UNAUTHENTICATED', message: 'Nobody is logged in on this device.' });
    const lives = ({ expiresAt }: Session) => Date.parse(expiresAt) > Date.now() + LEFT_MS;
    if (reason === 'start' && lives(before)) return before.accessToken;
    return alone(async () => {
      const now = await kept();
      // Another tab has renewed it meanwhile.
      if (now && now.accessToken !== before.accessToken && lives(now)) return now.accessToken;
      try {
        const session = await post<Session>('refresh', { refreshToken: (now ?? before).refreshToken });
        await keep(session);
        return session.accessToken;
      } catch (error) {
        if (!(error instanceof ChatError) || !ENDED.has(error.code)) throw error;
        await keep(undefined);
        throw new ChatError({ code: 'TOKEN_EXPIRED', message: error.message });
      }
    });
  }

  let asked: Promise<Record<string, unknown>> | null = null;
  return {
    renews: true,
    account: async () => {
      const user = (await kept())?.user;
      return user && String(user.id);
    },
    login: (who) => begin('login', who),
    register: (who) => begin('register', who),
    isLoggedIn: async () => (await kept()) !== undefined,
    handshake: (reason) => {
      asked ??= token(reason)
        .then((accessToken) => ({ token: accessToken }))
        .finally(() => (asked = null));
      return asked;
    },
    signOut: async () => {
      const session = await kept();
      await keep(undefined);
      // Without a network the session ends by itself, when its token does.
      if (session) await post('logout', { refreshToken: session.refreshToken }).catch(() => undefined);
    },
  };
}
