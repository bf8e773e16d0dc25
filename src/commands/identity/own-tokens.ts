import { jwtVerify, SignJWT } from 'jose';
import type { OwnTokens as OwnTokensConfig } from '../../config/auth-config.js';
import { AppError } from '../../contract/index.js';
import { AccessTokens, checked, issuedAt, momentOf } from './access-tokens.js';
import type { UserPrincipal } from './principal.js';
import type { KnownUsers } from '../../users/directory/known-users.js';

const ALGORITHM = 'HS256';

/** The token type (RFC 9068): nothing else that is signed with the same secret counts as an access token. */
const TYPE = 'at+jwt';

const THIS_SERVER = 'chat-messaging-api';

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** For whom a token is signed. */
export interface Bearer {
  userId: number;
  /** The user's present generation of tokens. */
  generation: number;
  /** null: the token belongs to no session. */
  sessionId: string | null;
}

/**
 * Access tokens that we sign ourselves. The subject is the user's id. `gen` is the user's generation of tokens at that
 * time, so that revoking all tokens is exact: `iat` has whole seconds only. `sid` is the session.
 */
export class OwnTokens extends AccessTokens {
  constructor(
    private readonly config: OwnTokensConfig,
    private readonly users: KnownUsers,
  ) {
    super();
  }

  /** Signs a token that is valid for `seconds`, by default as configured. */
  async sign(
    { userId, generation, sessionId }: Bearer,
    seconds = this.config.accessSeconds,
  ): Promise<{ accessToken: string; expiresAt: string }> {
    const now = Math.floor(Date.now() / 1_000);
    const accessToken = await new SignJWT({ gen: generation, sid: sessionId ?? undefined })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(THIS_SERVER)
      .setAudience(THIS_SERVER)
      .setSubject(String(userId))
      .setIssuedAt(now)
      .setExpirationTime(now + seconds)
      .sign(this.config.secret);
    return { accessToken, expiresAt: new Date(momentOf(now + seconds)).toISOString() };
  }

  override async verify(token: string): Promise<UserPrincipal> {
    const { payload } = await checked(token, () =>
      jwtVerify(token, this.config.secret, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: THIS_SERVER,
        audience: THIS_SERVER,
        requiredClaims: ['sub', 'exp'],
      }),
    );
    const userId = Number(payload.sub);
    // With one secret for two databases, users of one would count as users of the other.
    if (!Number.isSafeInteger(userId) || (await this.users.missing([userId])).size > 0) {
      throw new AppError('TOKEN_INVALID');
    }
    // Tokens of earlier versions have neither.
    const { gen: generation = 0, sid: sessionId = null } = payload;
    const isWhole =
      Number.isSafeInteger(generation) &&
      (sessionId === null || (typeof sessionId === 'string' && UUID.test(sessionId)));
    if (!isWhole) throw new AppError('TOKEN_INVALID');
    return {
      kind: 'user',
      userId,
      expiresAt: momentOf(payload.exp),
      issuedAt: issuedAt(payload),
      sessionId,
      generation: generation as number,
    };
  }
}
