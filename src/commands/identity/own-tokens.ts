import { jwtVerify, SignJWT } from 'jose';
import type { OwnTokens as OwnTokensConfig } from '../../config/auth-config.js';
import { AppError } from '../../contract/index.js';
import { AccessTokens, checked, momentOf } from './access-tokens.js';
import type { UserPrincipal } from './principal.js';
import type { KnownUsers } from '../../users/directory/known-users.js';

const ALGORITHM = 'HS256';

/** The purpose (RFC 9068): nothing else that is signed with the same secret passes for an access token. */
const PURPOSE = 'at+jwt';

const OURSELVES = 'chat-messaging-api';

/** Access tokens that we sign ourselves. The subject is the user's id. */
export class OwnTokens extends AccessTokens {
  constructor(
    private readonly config: OwnTokensConfig,
    private readonly users: KnownUsers,
  ) {
    super();
  }

  /** A token that is good for so many seconds; left out, as configured. */
  async sign(
    userId: number,
    seconds = this.config.accessSeconds,
  ): Promise<{ accessToken: string; expiresAt: string }> {
    const now = Math.floor(Date.now() / 1_000);
    const accessToken = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, typ: PURPOSE })
      .setIssuer(OURSELVES)
      .setAudience(OURSELVES)
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
        typ: PURPOSE,
        issuer: OURSELVES,
        audience: OURSELVES,
        requiredClaims: ['sub', 'exp'],
      }),
    );
    const userId = Number(payload.sub);
    // A secret that is used for two databases would make people of one those of the other.
    if (!Number.isSafeInteger(userId) || (await this.users.missing([userId])).size > 0) {
      throw new AppError('TOKEN_INVALID');
    }
    return { kind: 'user', userId, expiresAt: momentOf(payload.exp) };
  }
}
