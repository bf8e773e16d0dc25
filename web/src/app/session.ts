import {
  asUser,
  type Auth,
  ChatError,
  type ChatClient,
  createChat,
  memory,
  type ServerConfig,
  type Storage,
} from '@chat-api/client';
import type { Accounts } from '@chat-api/client/accounts';
import { indexedDb } from '@chat-api/client/indexeddb';
import type { AccountsOfTab } from './accounts';
import { nextFrame } from './frames';

/** In `sessionStorage`, so that a second window is a second person. */
const USER = 'chat:user';
const TOKEN = 'chat:token';
const CONFIG = 'chat:config';

function stored(storage: () => globalThis.Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function store(storage: () => globalThis.Storage, key: string, value: string | null): void {
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

let session: AccountsOfTab | null = null;

/** People who log in here with a password. `shared`: nothing of it stays on this device. */
export async function accountsOf(shared = false): Promise<AccountsOfTab> {
  if (session && !shared) return session;
  const { accountsIn } = await import('./accounts');
  return (session = accountsIn(shared ? memory() : indexedDb()));
}

let auth: Auth | null = null;

/** What says over REST who this tab is. @throws ChatError */
export async function headersOfTab(): Promise<Record<string, string>> {
  const { token, userId } = ((await auth?.handshake('start')) ?? {}) as { token?: string; userId?: number };
  return token === undefined ? { 'x-user-id': String(userId) } : { authorization: `Bearer ${token}` };
}

function clientOf(one: Auth, storage: Storage): ChatClient {
  auth = one;
  return createChat({ auth: one, storage, schedule: nextFrame });
}

/** Who this tab is, if that is known; null: somebody has to say it. */
export async function clientOfTab(config: ServerConfig): Promise<ChatClient | null> {
  if (config.auth === 'open') {
    const id = Number(stored(ofTab, USER));
    return id > 0 ? clientOf(asUser(id), indexedDb()) : null;
  }
  if (config.accounts) {
    const one = await accountsOf();
    return (await one.isLoggedIn()) ? clientOf(one, indexedDb()) : null;
  }
  const token = stored(ofTab, TOKEN);
  return token === null ? null : clientWithToken(token);
}

export function clientAs(userId: number): ChatClient {
  store(ofTab, USER, String(userId));
  return clientOf(asUser(userId), indexedDb());
}

/** Of somebody who has just logged in. */
export function clientOfAccount(one: Accounts, shared: boolean): ChatClient {
  return clientOf(one, shared ? memory() : indexedDb());
}

export async function clientWithToken(token: string): Promise<ChatClient> {
  store(ofTab, TOKEN, token);
  const { authOf } = await import('./tokens');
  return clientOf(authOf(token), indexedDb());
}

/** This tab is nobody again. */
export function forget(): void {
  for (const key of [USER, TOKEN]) store(ofTab, key, null);
}
