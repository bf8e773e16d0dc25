import { errors, type JWTPayload } from 'jose';
import { AppError } from '../../contract/index.js';
import type { UserPrincipal } from './principal.js';

/** Maximum length of a token, in characters. */
const MAX_TOKEN = 8_192;

/** The latest time that a Date can hold, in milliseconds: a token may claim to be valid for longer. */
const LAST_MOMENT = 8.64e15;

/** Verifies access tokens: our own, or those of another issuer. */
export abstract class AccessTokens {
  /**
   * The user of a token.
   *
   * @throws AppError TOKEN_EXPIRED, TOKEN_INVALID, or UNAVAILABLE when it cannot be checked now.
   */
  abstract verify(token: string): Promise<UserPrincipal>;
}

/** Open mode: there are no tokens. */
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
    // jose looks at the claims of genuine tokens only, and at the expiry last.
    if (error instanceof errors.JWTExpired) throw new AppError('TOKEN_EXPIRED', { cause: error });
    if (error instanceof errors.JWTClaimValidationFailed)
      throw notAccepted(
        error.reason === 'missing'
          ? `it has no \`${error.claim}\``
          : `its \`${error.claim}\` is not as this server expects it`,
        error,
      );
    throw new AppError('TOKEN_INVALID', { cause: error });
  }
}

/**
 * The error for a credential that this server knows but does not take here; `why` says what of it is wrong, for whoever
 * issues tokens.
 */
export const notAccepted = (why: string, cause?: unknown): AppError =>
  new AppError('TOKEN_INVALID', { message: `This server does not accept the token: ${why}.`, cause });

/** `exp` of a token, in seconds, as milliseconds. */
export const momentOf = (exp = 0): number => Math.min(exp * 1_000, LAST_MOMENT);

/** `iat` of a token, as milliseconds; null without one. */
export const issuedAt = ({ iat }: JWTPayload): number | null => (iat === undefined ? null : momentOf(iat));
