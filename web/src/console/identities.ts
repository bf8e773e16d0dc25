import { useSyncExternalStore } from 'react';
import { io, type Socket } from 'socket.io-client';
import { type Config, socketUrl } from './contract';
import { note } from './log';
import { remember } from './seen';

export type State = 'connecting' | 'connected' | 'offline' | 'refused' | 'rest only';

/** Who sends: a user, or the application, which has no socket. Tokens are in this object and nowhere else. */
export interface Identity {
  key: number;
  colour: number;
  label: string;
  userId: number | string | null;
  token: string | null;
  apiKey: string | null;
  state: State;
  socket: Socket | null;
}

const COLOURS = 8;
/** How long a connection may take to be opened, in milliseconds. */
const OPEN_WITHIN_MS = 10_000;

let all: readonly Identity[] = [];
let count = 0;
const listeners = new Set<() => void>();

function change(key: number, changes: Partial<Identity>): void {
  all = all.map((one) => (one.key === key ? { ...one, ...changes } : one));
  for (const listener of listeners) listener();
}

export function useIdentities(): readonly Identity[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => all,
  );
}

export const identity = (key: number): Identity | undefined => all.find((one) => one.key === key);

export interface Wanted {
  userId?: number | string;
  token?: string;
  /** The application: with a key, or in open mode without. */
  apiKey?: string | null;
  label: string;
}

/** Adds an identity; a user is connected at once. */
export function add(config: Config, wanted: Wanted): number {
  const made: Identity = {
    key: ++count,
    colour: (count - 1) % COLOURS,
    label: wanted.label,
    userId: wanted.userId ?? null,
    token: wanted.token ?? null,
    apiKey: wanted.apiKey ?? null,
    state: 'rest only',
    socket: null,
  };
  const isPerson = made.userId !== null || made.token !== null;
  all = [...all, made];
  if (isPerson) change(made.key, { socket: connect(config, made), state: 'connecting' });
  else change(made.key, {});
  return made.key;
}

interface Ready {
  user?: { id: number; name: string | null; username?: string | null };
}

const labelOf = ({ id, name, username }: NonNullable<Ready['user']>) =>
  `${name ?? username ?? 'User'} (${id})`;

function connect(config: Config, { key, colour, label, userId, token }: Identity): Socket {
  const socket = io(socketUrl(config), {
    path: config.socket.path,
    transports: ['websocket'],
    forceNew: true,
    timeout: OPEN_WITHIN_MS,
    auth: token === null ? { userId } : { token },
  });
  const line = { key, colour, via: 'socket' as const };
  const say = (name: string, data?: unknown, code?: string) =>
    note({ ...line, who: identity(key)?.label ?? label, direction: 'note', name, data, code });
  socket.on('connect', () => {
    change(key, { state: 'connected' });
    say('connected', { id: socket.id });
  });
  socket.on('connect_error', (error: Error & { data?: { code?: string } }) => {
    change(key, { state: socket.active ? 'connecting' : 'refused' });
    say('connect_error', error.data ?? { message: error.message }, error.data?.code ?? 'UNAVAILABLE');
  });
  socket.on('disconnect', (reason) => {
    const state = socket.active ? 'connecting' : reason === 'io client disconnect' ? 'offline' : 'refused';
    change(key, { state });
    say('disconnected', { reason });
  });
  socket.onAny((name: string, data: unknown) => {
    const user = name === 'ready' ? (data as Ready).user : undefined;
    if (user) change(key, { userId: user.id, label: labelOf(user) });
    remember(data, name);
    const { code } = (data ?? {}) as { code?: string };
    note({
      ...line,
      who: identity(key)?.label ?? label,
      direction: 'in',
      name,
      data,
      ...(name === 'exception' ? { code: code ?? 'INTERNAL' } : {}),
    });
  });
  return socket;
}

export function remove(key: number): void {
  identity(key)?.socket?.disconnect();
  all = all.filter((one) => one.key !== key);
  for (const listener of listeners) listener();
}

/** The connection breaks, as of a network that is lost: Socket.IO connects again by itself. */
export function cut(key: number): void {
  identity(key)?.socket?.io.engine.close();
}

/** Away until it is told otherwise. */
export function setOffline(key: number, offline: boolean): void {
  const socket = identity(key)?.socket;
  if (offline) {
    change(key, { state: 'offline' });
    socket?.disconnect();
  } else {
    change(key, { state: 'connecting' });
    socket?.connect();
  }
}
