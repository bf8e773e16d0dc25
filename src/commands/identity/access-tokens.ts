import { errors } from 'jose';
import { AppError } from '../../contract/index.js';
import type { UserPrincipal } from './principal.js';

/** Longest token that is looked at, in characters. */
const MAX_TOKEN = 8_192;

/** The last moment that a Date holds: a token may claim to be good for longer. */
const LAST_MOMENT = 8.64e15;

/** Whose tokens are believed: our own, or somebody else's. */
export abstract class AccessTokens {
  /**
   * Who has such a token.
   *
   * @throws AppError TOKEN_EXPIRED, TOKEN_INVALID, or UNAVAILABLE when that can't be told now.
   */
  abstract verify(token: string): Promise<UserPrincipal>;
}

/** There are none. */
export class NoTokens extends AccessTokens {
  override verify(): Promise<UserPrincipal> {
    return Promise.reject(new AppError('NOT_CONFIGURED'));
  }
}

/**
 * Runs one of jose's checks of a token.
 *
 * @throws AppError as `AccessTokens.verify`
 */
export async function checked<T>(token: string, check: () => Promise<T>): Promise<T> {
  if (token.length > MAX_TOKEN) throw new AppError('TOKEN_INVALID');
  try {
    return await check();
  } catch (error) {
    if (error instanceof AppError) throw error;
    // jose looks at the moment last: what has expired is genuine.
    throw new AppError(error instanceof errors.JWTExpired ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', {
      cause: error,
    });
  }
}

/** `exp` of a token, in seconds, as milliseconds. */
export const momentOf = (exp = 0): number => Math.min(exp * 1_000, LAST_MOMENT);
