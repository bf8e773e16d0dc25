import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { type AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { AppError } from '../contract/index.js';

/** `retryAfterMs` when a user has too many sockets. Milliseconds. */
const RETRY_AFTER_MS = 5_000;

/**
 * Bounds how many sockets of a user are open at this node. The newest is refused, so that somebody with a stolen token
 * cannot push out the user's own devices.
 */
@Injectable()
export class UserSockets {
  private readonly most: number;
  private readonly sockets = new Map<number, Set<string>>();
  private readonly users = new Map<string, number>();
  /** Sockets whose end is noticed, also while they belong to nobody. */
  private readonly watched = new WeakSet<Socket>();

  constructor(@Inject(APP_CONFIG) { limits }: AppConfig) {
    this.most = limits?.userSockets ?? Infinity;
  }

  /**
   * Counts the socket as one of this user, and no longer as another's, until its connection closes.
   *
   * @throws AppError RATE_LIMITED when the user has too many.
   */
  enter(socket: Socket, userId: number): void {
    const before = this.users.get(socket.id);
    if (before === userId) return;
    const sockets = this.sockets.get(userId) ?? new Set();
    if (sockets.size >= this.most) {
      throw new AppError('RATE_LIMITED', {
        retryAfterMs: RETRY_AFTER_MS,
        details: { limit: 'user sockets', most: this.most },
      });
    }
    if (before !== undefined) this.leave(socket);
    if (!this.watched.has(socket)) {
      this.watched.add(socket);
      socket.conn.once('close', () => this.leave(socket));
    }
    this.sockets.set(userId, sockets.add(socket.id));
    this.users.set(socket.id, userId);
  }

  /** The socket no longer belongs to a user. */
  leave({ id }: Socket): void {
    const userId = this.users.get(id);
    if (userId === undefined) return;
    this.users.delete(id);
    const sockets = this.sockets.get(userId);
    sockets?.delete(id);
    if (sockets?.size === 0) this.sockets.delete(userId);
  }
}
