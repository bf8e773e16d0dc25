import { KeyObject } from 'node:crypto';
import { jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';
import type { ForeignTokens as ForeignTokensConfig } from '../../config/auth-config.js';
import { displayName, externalId } from '../../contract/index.js';
import { AccessTokens, checked, issuedAt, momentOf, notAccepted } from './access-tokens.js';
import type { UserPrincipal } from './principal.js';
import { RemoteKeys } from './remote-keys.js';
import type { Subjects } from '../../users/directory/subjects.js';

/** Values of `typ` that an access token may have; a logout token or a proof of possession has another one. */
const PURPOSES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

const shownName = displayName(200);

/** Access tokens of another issuer. The subject is the user's externalId; the user is created on first sight. */
export class ForeignTokens extends AccessTokens {
  private readonly remote: RemoteKeys | null = null;
  private readonly keyOf: JWTVerifyGetKey;
  private readonly options: JWTVerifyOptions;

  constructor(
    { keys, issuer, audience, algorithms }: ForeignTokensConfig,
    private readonly subjects: Subjects,
  ) {
    super();
    if (keys instanceof KeyObject) this.keyOf = () => keys;
    else {
      this.remote = new RemoteKeys(keys);
      this.keyOf = this.remote.keyOf;
    }
    this.options = { algorithms: [...algorithms], issuer, audience, requiredClaims: ['sub', 'exp'] };
  }

  override async verify(token: string): Promise<UserPrincipal> {
    const { payload, protectedHeader } = await checked(token, () =>
      jwtVerify(token, this.keyOf, this.options),
    );
    const sub = externalId.safeParse(payload.sub);
    if (!sub.success)
      throw notAccepted('its `sub` must be text that can be an externalId, of 1 to 256 characters');
    if (!PURPOSES.has(protectedHeader.typ?.toLowerCase()))
      throw notAccepted('its header has a `typ` that access tokens do not have');
    const name = shownName.safeParse(payload.name);
    const userId = await this.subjects.userOf(sub.data, name.success ? name.data : null, issuedAt(payload));
    return {
      kind: 'user',
      userId,
      expiresAt: momentOf(payload.exp),
      issuedAt: issuedAt(payload),
      sessionId: null,
      generation: null,
    };
  }

  stop(): void {
    this.remote?.stop();
  }
}
