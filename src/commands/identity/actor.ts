import { AppError } from '../../contract/index.js';

/** Who is asking, as services see them. */
export interface Actor {
  /**
   * The person; null is the application itself, which acts for nobody in particular and may see and do
   * everything (in open mode where nobody said who asks, in jwt mode an API key).
   */
  readonly userId: number | null;
  /** The connection the request came over, left out when its outcome is published: it is answered instead. */
  readonly origin: string | null;
}

/**
 * The id of the person who asks.
 *
 * @throws AppError UNAUTHENTICATED when nobody said who that is.
 */
export function personOf(actor: Actor): number {
  if (actor.userId === null) throw new AppError('UNAUTHENTICATED');
  return actor.userId;
}
