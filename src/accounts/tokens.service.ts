import { Injectable } from '@nestjs/common';
import { AccessTokens } from '../commands/identity/access-tokens.js';
import { plainToken } from '../commands/identity/bearer.js';
import type { UserPrincipal } from '../commands/identity/principal.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import { Identity } from '../commands/identity/identity.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { OwnTokens } from '../commands/identity/own-tokens.js';
import { ownIdsOf } from '../users/directory/own-ids.js';
import { Subjects } from '../users/directory/subjects.js';
import { Database } from '../database/database.js';
import { generationOf } from './accounts.queries.js';
import { AppError, type CommandInput, type MintedTokenView } from '../contract/index.js';

/** Mints access tokens for the application's users, and renews a socket's token. */
@Injectable()
export class TokensService {
  constructor(
    private readonly database: Database,
    private readonly tokens: AccessTokens,
    private readonly identity: Identity,
    private readonly users: KnownUsers,
    private readonly subjects: Subjects,
    private readonly deactivations: Deactivations,
  ) {}

  /** @throws AppError NOT_FOUND for an unknown userId; DEACTIVATED; NOT_CONFIGURED */
  async mint({ userId, externalId, expiresInSeconds }: CommandInput<'mintToken'>): Promise<MintedTokenView> {
    const { tokens } = this;
    if (!(tokens instanceof OwnTokens)) throw new AppError('NOT_CONFIGURED');
    const subject = userId ?? (await this.subjects.userOf(externalId ?? ''));
    await this.users.ensure([subject]);
    await this.deactivations.refuseNow(subject);
    const generation = (await generationOf(this.database, subject)) ?? 0;
    const bearer = { userId: subject, generation, sessionId: null };
    const own = externalId ?? (await ownIdsOf(this.database, { users: [subject] })).ofUser(subject);
    return { userId: subject, externalId: own, ...(await tokens.sign(bearer, expiresInSeconds)) };
  }

  /**
   * The principal of a socket's new token.
   *
   * @throws AppError FORBIDDEN when the token belongs to another user; otherwise like `AccessTokens.verify`.
   */
  async renew(before: UserPrincipal | null, token: string): Promise<UserPrincipal> {
    const principal = await this.identity.authenticateToken(plainToken(token));
    if (principal.userId !== before?.userId) throw new AppError('FORBIDDEN');
    return principal;
  }
}
