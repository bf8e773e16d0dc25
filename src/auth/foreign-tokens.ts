import { KeyObject } from 'node:crypto';
import { type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose';
import type { ForeignTokens as ForeignTokensConfig } from '../config/auth-config.js';
import { AppError, filledText } from '../contract/index.js';
import { AccessTokens, checked, momentOf } from './access-tokens.js';
import type { Person } from './caller.js';
import { RemoteKeys } from './remote-keys.js';
import type { Subjects } from './subjects.js';

/** Purposes that pass for an access token; a logout token or a proof of possession does not. */
const PURPOSES = new Set([undefined, 'jwt', 'at+jwt', 'application/at+jwt']);

const subject = filledText(200);
const shownName = filledText(200);

/** Access tokens that somebody else signs. The subject is the user's externalId; the user is made on first sight. */
export class ForeignTokens extends AccessTokens {
  private readonly remote: RemoteKeys | null;
  private readonly check: (token: string) => Promise<JWTPayload>;

  constructor(
    { keys, issuer, audience, algorithms }: ForeignTokensConfig,
    private readonly subjects: Subjects,
  ) {
    super();
    const options: JWTVerifyOptions = {
      algorithms: [...algorithms],
      issuer,
      audience,
      requiredClaims: ['sub', 'exp'],
    };
    const remote = keys instanceof KeyObject ? null : new RemoteKeys(keys);
    this.remote = remote;
    this.check = async (token) => {
      const { payload, protectedHeader } =
        keys instanceof KeyObject
          ? await jwtVerify(token, keys, options)
          : await jwtVerify(token, remote!.keyOf, options);
      if (!PURPOSES.has(protectedHeader.typ?.toLowerCase())) throw new AppError('TOKEN_INVALID');
      return payload;
    };
  }

  override async verify(token: string): Promise<Person> {
    const payload = await checked(token, () => this.check(token));
    const sub = subject.safeParse(payload.sub);
    if (!sub.success) throw new AppError('TOKEN_INVALID');
    const name = shownName.safeParse(payload.name);
    const userId = await this.subjects.userOf(sub.data, name.success ? name.data : null);
    return { by: 'person', userId, expiresAt: momentOf(payload.exp) };
  }

  stop(): void {
    this.remote?.stop();
  }
}
