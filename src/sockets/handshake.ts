import { Injectable, Logger } from '@nestjs/common';
import type { ExtendedError, Server, Socket } from 'socket.io';
import type { Person } from '../commands/identity/principal.js';
import { Identity } from '../commands/identity/identity.js';
import { AppError } from '../contract/index.js';
import { toAppError, tooSlow } from '../common/errors/failure.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { Rooms } from '../delivery/rooms.js';

interface Admitted {
  person?: Person;
}

/** Who has proved at the handshake to be at a socket; null in open mode. */
export function admittedAt(socket: Socket): Person | null {
  return (socket.data as Admitted).person ?? null;
}

/**
 * In jwt mode nobody is connected without a token. It stands in the handshake's `auth.token`; whoever is refused
 * hears `connect_error`, with the error as its `data`. Whoever is let in hears at once what their person may hear.
 */
@Injectable()
export class Handshake {
  private readonly logger = new Logger(Handshake.name);

  constructor(
    private readonly identity: Identity,
    private readonly rooms: Rooms,
  ) {}

  /** Called once by the adapter, before the first connection. */
  guard(server: Server): void {
    if (this.identity.open) return;
    server.use((socket, next) => {
      this.admit(socket).then(
        () => next(),
        (error: unknown) => next(this.refusal(error)),
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

  /** Adds a socket that was refused meanwhile to no room: nothing would take it out again. */
  private async identify(socket: Socket, stillWaits: () => boolean): Promise<void> {
    const person = await this.identity.bearerOf((socket.handshake.auth as { token?: unknown }).token);
    if (!stillWaits()) return;
    await this.rooms.join(socket, person.userId, stillWaits);
    (socket.data as Admitted).person = person;
  }

  private refusal(thrown: unknown): ExtendedError {
    const error = toAppError(thrown);
    if (error.code === 'INTERNAL') this.logger.error(thrown, 'A handshake failed');
    const refusal: ExtendedError = new AppError(error.code);
    refusal.data = error.toView();
    return refusal;
  }
}
