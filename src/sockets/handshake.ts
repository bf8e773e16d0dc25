import { Injectable, Logger } from '@nestjs/common';
import type { ExtendedError, Server, Socket } from 'socket.io';
import type { UserPrincipal } from '../commands/identity/principal.js';
import { ExternalIds } from '../commands/external-ids/external-ids.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import { Identity, onlyForOneself } from '../commands/identity/identity.js';
import { AppError, externalIn } from '../contract/index.js';
import { toAppError, tooSlow } from '../common/errors/failure.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { namesUser, tokenAt, userNamedAt } from './handshake-credentials.js';
import { UserSockets } from './user-sockets.js';
import { Rooms } from '../delivery/rooms.js';

/** As whom a handshake was admitted. */
interface Admitted {
  /** The user; null: nobody yet. */
  readonly userId: number | null;
  /** The principal that it has proved; null in open mode. */
  readonly principal: UserPrincipal | null;
}

/** Milliseconds between two lines in the log about users with too many sockets. */
const TELL_EVERY_MS = 60_000;

const NOBODY: Admitted = { userId: null, principal: null };

export function admittedAt(socket: Socket): Admitted {
  return (socket.data as { admitted?: Admitted }).admitted ?? NOBODY;
}

/**
 * Whose a socket is from the start. In jwt mode it needs an access token; in open mode it may name its user by
 * `auth.userId`. A refused client gets `connect_error`, with the error as its `data`; where it only has to try again, its
 * connection is closed. An admitted socket receives the events of its user from the start.
 */
@Injectable()
export class Handshake {
  private readonly logger = new Logger(Handshake.name);
  private toldAt = -Infinity;

  constructor(
    private readonly identity: Identity,
    private readonly deactivations: Deactivations,
    private readonly externalIds: ExternalIds,
    private readonly rooms: Rooms,
    private readonly userSockets: UserSockets,
  ) {}

  /** Called once by the adapter, before the first connection. */
  guard(server: Server): void {
    server.use((socket, next) => {
      if (this.identity.open && !namesUser(socket.handshake)) {
        next();
        return;
      }
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
    const { handshake } = socket;
    const given = userNamedAt(handshake);
    const principal = this.identity.open ? null : await this.identity.authenticateToken(tokenAt(handshake));
    const named = await this.idOf(given, principal);
    if (principal !== null && named !== null && named !== principal.userId) throw onlyForOneself();
    const userId = principal?.userId ?? named;
    if (userId === null) return;
    if (principal === null) await this.deactivations.refuse(userId);
    if (!stillWaits()) return;
    this.userSockets.enter(socket, userId);
    await this.rooms.join(socket, userId, stillWaits);
    (socket.data as { admitted?: Admitted }).admitted = { userId, principal };
  }

  /** Who a handshake names; in open mode they are created at first use. */
  private async idOf(given: number | string | null, principal: UserPrincipal | null): Promise<number | null> {
    const externalId = externalIn(given);
    if (externalId === null) return given as number | null;
    const user = new Set([externalId]);
    const reader = { userId: principal?.userId ?? null };
    const ids = await this.externalIds.lookUp({ user, chat: new Set() }, reader, user);
    return ids(externalId, 'user');
  }

  /**
   * What passes by itself is refused by closing the connection, after which a stock client comes back: a `connect_error`
   * makes it give up, so that is for what the client has to change. Too many sockets of a user pass, too: those of a
   * device whose connection broke count until it is noticed.
   */
  private refuse(
    socket: Socket,
    error: AppError,
    thrown: unknown,
    next: (error?: ExtendedError) => void,
  ): void {
    if (error.code === 'INTERNAL') this.logger.error(thrown, 'A handshake failed');
    const isFull = error.code === 'RATE_LIMITED';
    if (isFull) this.tellFull();
    if (error.status >= 500 || isFull) {
      socket.conn.close();
      // Socket.IO sees the closing, and forgets the socket.
      next();
      return;
    }
    const refusal: ExtendedError = new AppError(error.code, { message: error.message });
    refusal.data = error.toView();
    next(refusal);
  }

  /** The client is not told why, so the log is. */
  private tellFull(): void {
    if (performance.now() - this.toldAt < TELL_EVERY_MS) return;
    this.toldAt = performance.now();
    this.logger.warn(
      'A user has as many open sockets here as RATE_LIMIT_USER_SOCKETS allows: more of them are closed at their handshake, and come again until one of the others has gone.',
    );
  }
}
