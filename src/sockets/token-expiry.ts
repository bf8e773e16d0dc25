import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { AppError } from '../contract/index.js';
import type { UserPrincipal } from '../commands/identity/principal.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import { Revocations } from '../commands/identity/revocations.js';
import type { Connection } from './connection.js';

/**
 * Milliseconds before its token expires at which a socket is warned. If less than twice as long is left, it is warned
 * halfway.
 */
const WARN_BEFORE_MS = 60_000;

/**
 * Milliseconds between two sweeps: a socket whose token has expired or was revoked receives nothing more within a second.
 */
const SWEEP_EVERY_MS = 250;

interface Watched {
  /** The token that `warnAt` is about. */
  principal: UserPrincipal | null;
  /** Milliseconds since 1970; Infinity after the warning. */
  warnAt: number;
}

/**
 * Warns sockets whose tokens expire soon, and closes sockets whose tokens have expired or were revoked, or whose user is
 * deactivated.
 */
@Injectable()
export class TokenExpiry implements OnApplicationShutdown {
  /** One sweep over all connections costs less than a timer for each. */
  private readonly watched = new Map<Connection, Watched>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly revocations: Revocations,
    private readonly deactivations: Deactivations,
  ) {}

  /** Watches the connection until it disconnects. */
  watch(connection: Connection): void {
    this.watched.set(connection, watchedFrom(connection));
    connection.socket.once('disconnect', () => this.watched.delete(connection));
    this.timer ??= setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private sweep(): void {
    const now = Date.now();
    for (const [connection, watched] of this.watched) {
      const { principal, socket } = connection;
      const userId = principal?.userId ?? connection.userId;
      const deactivated = userId === null ? null : this.deactivations.of(userId);
      if (deactivated) close(socket, deactivated);
      if (deactivated || principal === null) continue;
      if (principal !== watched.principal) Object.assign(watched, watchedFrom(connection));
      if (now >= principal.expiresAt) close(socket, new AppError('TOKEN_EXPIRED'));
      else if (this.revocations.has(principal)) close(socket, new AppError('TOKEN_INVALID'));
      else if (now >= watched.warnAt) {
        watched.warnAt = Infinity;
        const expiresAt = new Date(principal.expiresAt).toISOString();
        socket.emit('tokenExpiring', { userId: principal.userId, expiresAt });
      }
    }
  }
}

function close(socket: Socket, error: AppError): void {
  socket.emit('exception', { command: null, ...error.toView() });
  socket.disconnect(true);
}

function watchedFrom({ principal }: Connection): Watched {
  if (principal === null) return { principal, warnAt: Infinity };
  const left = principal.expiresAt - Date.now();
  return { principal, warnAt: principal.expiresAt - Math.min(WARN_BEFORE_MS, left / 2) };
}
