import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { AppError } from '../contract/index.js';
import type { UserPrincipal } from '../commands/identity/principal.js';
import type { Connection } from './connection.js';

/** Milliseconds before its token expires at which a socket is told; of a shorter life the second half. */
const WARN_BEFORE_MS = 60_000;

/** With this a socket whose token has expired hears nothing more within a second. Milliseconds. */
const SWEEP_EVERY_MS = 250;

interface Watched {
  /** The token that `warnAt` is about. */
  principal: UserPrincipal | null;
  /** Milliseconds since 1970; Infinity once told. */
  warnAt: number;
}

/** Tells sockets that their tokens expire soon, and closes those whose tokens have. */
@Injectable()
export class TokenExpiry implements OnApplicationShutdown {
  /** One sweep over all of them costs less than a timer each. */
  private readonly watched = new Map<Connection, Watched>();
  private timer: NodeJS.Timeout | null = null;

  /** From now on until it is gone. */
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
      if (principal === null) continue;
      if (principal !== watched.principal) Object.assign(watched, watchedFrom(connection));
      if (now >= principal.expiresAt) {
        socket.emit('exception', { command: null, ...new AppError('TOKEN_EXPIRED').toView() });
        socket.disconnect(true);
      } else if (now >= watched.warnAt) {
        watched.warnAt = Infinity;
        const { userId, expiresAt } = principal;
        socket.emit('tokenExpiring', { userId, expiresAt: new Date(expiresAt).toISOString() });
      }
    }
  }
}

function watchedFrom({ principal }: Connection): Watched {
  if (principal === null) return { principal, warnAt: Infinity };
  const left = principal.expiresAt - Date.now();
  return { principal, warnAt: principal.expiresAt - Math.min(WARN_BEFORE_MS, left / 2) };
}
