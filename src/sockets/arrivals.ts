import { Injectable } from '@nestjs/common';
import type { Connection } from './connection.js';

/** Tells a socket whose it is. */
export type Greeting = (connection: Connection) => void;

/** Reads what a user's socket is told. Rejects with an AppError when that is not possible now. */
export type Greeter = (userId: number) => Promise<Greeting>;

/** Greets sockets that have become somebody's. What they are told is decided by a room further up. */
@Injectable()
export class Arrivals {
  private greeter: Greeter | null = null;

  greetBy(greeter: Greeter): void {
    this.greeter = greeter;
  }

  /**
   * Reads the greeting of a user while other work of the arrival goes on. To be awaited when the socket receives the
   * user's events; a rejection before that is no unhandled one.
   */
  greetingOf(userId: number): Promise<Greeting | null> {
    const greeting = this.greeter?.(userId) ?? Promise.resolve(null);
    greeting.catch(() => undefined);
    return greeting;
  }
}
