import { Injectable, Logger } from '@nestjs/common';
import type { ExtendedError, Server, Socket } from 'socket.io';
import type { UserPrincipal } from '../commands/identity/principal.js';
import { Identity } from '../commands/identity/identity.js';
import { AppError } from '../contract/index.js';
import { toAppError, tooSlow } from '../common/errors/failure.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { UserSockets } from './user-sockets.js';
import { Rooms } from '../delivery/rooms.js';

interface Admitted {
  principal?: UserPrincipal;
}

/** The principal that a handshake has proved; null in open mode. */
export function admittedAt(socket: Socket): UserPrincipal | null {
  return (socket.data as Admitted).principal ?? null;
}

/**
 * In jwt mode a socket needs an access token, in the handshake's `auth.token`. A refused client gets `connect_error`,
 * with the error as its `data`; where it only has to try again, its connection is closed. An admitted socket receives the events of its user from the start.
 */
@Injectable()
export class Handshake {
  private readonly logger = new Logger(Handshake.name);

  constructor(
    private readonly identity: Identity,
    private readonly rooms: Rooms,
    private readonly userSockets: UserSockets,
  ) {}

  /** Called once by the adapter, before the first connection. */
  guard(server: Server): void {
    if (this.identity.open) return;
    server.use((socket, next) => {
      this.admit(socket).then(
        () => next(),
        (error: unknown) => this.refuse(socket, toAppError(error), error, next),
      );
    });
  }

  private async admit(socket: Socket): Promise<void> {
    let late = false;
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        reject(tooSlow());
      }, ANSWER_WITHIN_MS);
    });
    try {
      await Promise.race([this.identify(socket, () => !late), bound]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** A socket that was refused in the meantime joins no room: nothing would take it out again. */
  private async identify(socket: Socket, stillWaits: () => boolean): Promise<void> {
    const principal = await this.identity.authenticateToken(
      (socket.handshake.auth as { token?: unknown }).token,
    );
    if (!stillWaits()) return;
    this.userSockets.enter(socket, principal.userId);
    await this.rooms.join(socket, principal.userId, stillWaits);
    (socket.data as Admitted).principal = principal;
  }

  /**
   * What passes by itself is refused by closing the connection, after which a stock client comes back: a `connect_error`
   * makes it give up, so that is for what the client has to change.
   */
  private refuse(
    socket: Socket,
    error: AppError,
    thrown: unknown,
    next: (error?: ExtendedError) => void,
  ): void {
    if (error.code === 'INTERNAL') this.logger.error(thrown, 'A handshake failed');
    if (error.status >= 500) {
      socket.conn.close();
      // Socket.IO sees the closing, and forgets the socket.
      next();
      return;
    }
    const refusal: ExtendedError = new AppError(error.code);
    refusal.data = error.toView();
    next(refusal);
  }
}
