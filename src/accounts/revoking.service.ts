import { Injectable } from '@nestjs/common';
import { AccessTokens } from '../commands/identity/access-tokens.js';
import { OwnTokens } from '../commands/identity/own-tokens.js';
import { Revocations } from '../commands/identity/revocations.js';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type CommandInput } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { endSessions, newGeneration, refuseTokensBefore } from './accounts.queries.js';

/** How far the application's clock may be ahead. Milliseconds. */
const CLOCK_SKEW_MS = 60_000;

/** Ends what users are logged in with. */
@Injectable()
export class RevokingService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly tokens: AccessTokens,
    private readonly revocations: Revocations,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND; VALIDATION_FAILED for a time to come. */
  async revoke(
    actor: Actor,
    input: CommandInput<'revokeTokens'>,
  ): Promise<{ userId: number; revoked: true }> {
    const { id: userId } = input;
    const before = input.before ?? null;
    if (before !== null && Date.parse(before) > Date.now() + CLOCK_SKEW_MS) {
      throw new AppError('VALIDATION_FAILED', {
        details: [{ path: 'before', message: 'expected a time in the past' }],
      });
    }
    await this.users.ensure([userId]);
    await this.database.transaction(async (tx) => {
      if (before === null && this.tokens instanceof OwnTokens) await this.everything(userId, tx);
      else {
        await refuseTokensBefore(tx, { userId, before });
        await endSessions(tx, { userId, before });
      }
      await this.audit.record(actor, 'sessionsRevoked', { userId, details: before ? { before } : {} }, tx);
    });
    this.revocations.announce();
    return { userId, revoked: true };
  }

  /**
   * Ends all sessions of a user, and with them every token that this server has issued. Sessions that begin later in
   * the same transaction remain. The caller announces it after the commit.
   */
  async everything(userId: number, tx: Runner): Promise<void> {
    await newGeneration(tx, userId);
    await endSessions(tx, { userId, before: null });
  }

  /** As `everything`, and the tokens of another issuer. */
  async forGood(userId: number, tx: Runner): Promise<void> {
    await this.everything(userId, tx);
    await refuseTokensBefore(tx, { userId, before: null });
  }

  /** After a commit that ended sessions or tokens. */
  announce(): void {
    this.revocations.announce();
  }
}
