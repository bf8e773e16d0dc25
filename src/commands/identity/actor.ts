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
  /** Whether the request has proved with an API key that it is the application's. Left out: no. */
  readonly hasApiKey?: boolean;
  /** The session of this server in which the user acts; left out: none. */
  readonly sessionId?: string;
}

/** Whether somebody is shown the ids of the application: itself, also where it acts in a user's name by an API key. */
export function seesExternalIds({ userId, isApplication = false, hasApiKey = false }: Actor): boolean {
  return hasApiKey || (userId === null && isApplication);
}

/** Whether somebody is shown the externalId of a user: the application those of all, a person their own. */
export function seesExternalIdOf(actor: Actor, userId: number): boolean {
  return actor.userId === userId || seesExternalIds(actor);
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
