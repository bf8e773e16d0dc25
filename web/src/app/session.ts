import {
  type Accounts,
  asUser,
  ChatError,
  type ChatClient,
  createChat,
  memory,
  type ServerConfig,
  type User,
  withTokens,
} from '@chat-api/client';
import { indexedDb } from '@chat-api/client/indexeddb';

/** In `sessionStorage`, so that a second window is a second person. */
const USER = 'chat:user';
const TOKEN = 'chat:token';
const CONFIG = 'chat:config';

function stored(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function store(storage: () => Storage, key: string, value: string | null): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, value);
  } catch {
    // Then a reload asks again.
  }
}

const ofTab = () => sessionStorage;
const ofDevice = () => localStorage;

/** What the server is; the last answer where it does not answer now. @throws ChatError OFFLINE */
export async function readConfig(): Promise<ServerConfig> {
  try {
    const response = await fetch('/config', { headers: { accept: 'application/json' } });
    if (!response.ok) throw new ChatError({ code: 'UNAVAILABLE' });
    const config = (await response.json()) as ServerConfig;
    store(ofDevice, CONFIG, JSON.stringify(config));
    return config;
  } catch {
    const known = stored(ofDevice, CONFIG);
    if (known !== null) return JSON.parse(known) as ServerConfig;
    throw new ChatError({ code: 'OFFLINE' });
  }
}

let session: Accounts | null = null;

/** People who log in here with a password. `shared`: nothing of it stays on this device. */
export async function accountsOf(shared = false): Promise<Accounts> {
  if (session && !shared) return session;
  const { accounts } = await import('./accounts');
  return (session = accounts({ storage: shared ? memory() : indexedDb() }));
}

/** Calls REST as `@chat-api/client` does commands. @throws ChatError */
export async function rest<T>(method: string, path: string, body?: unknown, as?: number): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { 'x-user-id': String(as) }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new ChatError({ code: 'OFFLINE' }, path);
  }
  const answer = (await response.json().catch(() => null)) as unknown;
  if (response.ok) return answer as T;
  const { error } = (answer ?? {}) as { error?: { code: string } };
  throw new ChatError(error ?? (answer as { code: string } | null) ?? { code: 'UNAVAILABLE' }, path);
}

export const people = () => rest<User[]>('GET', '/users?limit=100');

/** Who this tab is, if that is known; null: somebody has to say it. */
export async function clientOfTab(config: ServerConfig): Promise<ChatClient | null> {
  if (config.auth === 'open') {
    const id = Number(stored(ofTab, USER));
    return id > 0 ? createChat({ auth: asUser(id), storage: indexedDb() }) : null;
  }
  if (config.accounts)
    return (await (await accountsOf()).isLoggedIn()) ? clientOfAccount(await accountsOf(), false) : null;
  const token = stored(ofTab, TOKEN);
  return token === null ? null : clientWithToken(token);
}

export function clientAs(userId: number): ChatClient {
  store(ofTab, USER, String(userId));
  return createChat({ auth: asUser(userId), storage: indexedDb() });
}

export function clientOfAccount(auth: Accounts, shared: boolean): ChatClient {
  return createChat({ auth, storage: shared ? memory() : indexedDb() });
}

export function clientWithToken(token: string): ChatClient {
  store(ofTab, TOKEN, token);
  return createChat({
    auth: withTokens(({ reason }) => {
      // There is nobody to ask for another one but the person.
      if (reason === 'start') return token;
      throw new ChatError({ code: 'TOKEN_EXPIRED' });
    }),
    storage: indexedDb(),
  });
}

/** This tab is nobody again. */
export function forget(): void {
  store(ofTab, USER, null);
  store(ofTab, TOKEN, null);
}
