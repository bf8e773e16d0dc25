import { Injectable, Logger } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import type { Actor } from '../commands/identity/actor.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import { requireFuture } from '../common/errors/require-future.js';
import type { CommandInput, DeactivationView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { DeactivationEffects } from './deactivation-effects.js';
import { deactivate, deactivationsAfter, lockDeactivations, reactivate } from './deactivation.queries.js';
import { KnownUsers } from './directory/known-users.js';
import { ownIdsOf } from './directory/own-ids.js';

/** Milliseconds that an answer waits for the user's direct chats to be marked. A thousand of them take some hundred. */
const MARKED_WITHIN_MS = 1_500;

/** Deactivates users, and lets them back. */
@Injectable()
export class DeactivationService {
  private readonly logger = new Logger(DeactivationService.name);

  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly deactivations: Deactivations,
    private readonly audit: AuditService,
    private readonly effects: DeactivationEffects,
  ) {}

  /**
   * When it resolves, this node refuses the user, and nobody can write to them in a direct chat; other nodes refuse
   * the user within a second.
   *
   * @throws AppError NOT_FOUND; VALIDATION_FAILED for an end that has passed.
   */
  async deactivate(
    actor: Actor,
    { userId, reason = null, until = null }: CommandInput<'deactivateUser'>,
  ): Promise<DeactivationView> {
    requireFuture('until', until, ', or none');
    await this.users.ensure([userId]);
    const { changedAt, externalId, ...row } = await this.database.transaction(async (tx) => {
      const externalId = await externalIdOf(userId, tx);
      await lockDeactivations(tx, undefined);
      const row = await deactivate(tx, { userId, until, reason });
      const details = { until: row.until, reason };
      await this.audit.record(actor, 'userDeactivated', { userId, details }, tx);
      return { ...row, externalId };
    });
    this.deactivations.changed(userId, row);
    await this.follow(userId, changedAt);
    return { userId, externalId, deactivated: true, ...row };
  }

  /** @throws AppError NOT_FOUND */
  async reactivate(actor: Actor, { userId }: CommandInput<'reactivateUser'>): Promise<DeactivationView> {
    await this.users.ensure([userId]);
    const { ended, externalId } = await this.database.transaction(async (tx) => {
      const externalId = await externalIdOf(userId, tx);
      await lockDeactivations(tx, undefined);
      const ended = await reactivate(tx, userId);
      if (ended) await this.audit.record(actor, 'userReactivated', { userId }, tx);
      return { ended, externalId };
    });
    if (ended) {
      this.deactivations.changed(userId, null);
      await this.follow(userId, ended.changedAt);
    }
    return { userId, externalId, deactivated: false, at: null, until: null, reason: null };
  }

  /** A page of those who are deactivated now, by the id of the user; with `userId` only that user. */
  async list({ after = 0, limit, userId }: CommandInput<'getDeactivations'>): Promise<DeactivationView[]> {
    const rows = await deactivationsAfter(this.database, { after, userId: userId ?? null, most: limit });
    return rows.map((row) => ({ deactivated: true, ...row }));
  }

  /** It is committed: what fails now is done by the keeper. */
  private async follow(userId: number, changedAt: string): Promise<void> {
    try {
      await this.effects.mark({ userId, changedAt }, MARKED_WITHIN_MS);
      await this.effects.tell([userId]);
    } catch (error) {
      this.logger.warn(`Could not mark the direct chats of user ${userId}, trying again: ${String(error)}`);
    }
  }
}

/** Read with the deed: what fails after its commit would be answered as if nothing were done. */
async function externalIdOf(userId: number, runner: Runner): Promise<string | null> {
  return (await ownIdsOf(runner, { users: [userId] })).ofUser(userId);
}
