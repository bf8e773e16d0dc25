import { AppError } from '../../contract/index.js';

/** In whose name a command runs, as services see it. */
export interface Actor {
  /**
   * The user. null is the application itself, which acts in no user's name and may see and do everything: an API key in
   * jwt mode, an anonymous request in open mode.
   */
  readonly userId: number | null;
  /** The connection that the command came over: it gets the answer, and no copy of the event. null over REST. */
  readonly origin: string | null;
  /** Whether the application itself asks, be it in a user's name; in open mode everybody may be it. Left out: no. */
  readonly isApplication?: boolean;
  /** The session of this server in which the user acts; left out: none. */
  readonly sessionId?: string;
}

/**
 * The id of the user in whose name a command runs.
 *
 * @throws AppError UNAUTHENTICATED when it runs in the name of the application.
 */
export function requireUserId(actor: Actor): number {
  if (actor.userId === null) throw new AppError('UNAUTHENTICATED');
  return actor.userId;
}
