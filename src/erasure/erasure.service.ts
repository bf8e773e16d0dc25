import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { AccountsService } from '../accounts/accounts.service.js';
import { RevokingService } from '../accounts/revoking.service.js';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Repeats } from '../commands/idempotency/repeats.js';
import { Identity } from '../commands/identity/identity.js';
import type { Client } from '../commands/request.js';
import { AppError, type CommandInput, type ErasureView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { Subjects } from '../users/directory/subjects.js';
import { ProfileNews } from '../users/profile-news.service.js';
import { beginErasure, emptyProfile, erasureById, lockUser } from './erasures.queries.js';
import { ErasureWorker } from './erasure-worker.js';

/** Erases people. */
@Injectable()
export class ErasureService implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsService,
    private readonly revoking: RevokingService,
    private readonly identity: Identity,
    private readonly users: KnownUsers,
    private readonly subjects: Subjects,
    private readonly news: ProfileNews,
    private readonly publisher: Publisher,
    private readonly worker: ErasureWorker,
    private readonly audit: AuditService,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['eraseUser'], {
      ids: ({ id }) => [id],
      again: (_, [erasureId = 0]) => this.get({ erasureId }),
    });
  }

  /**
   * The person is logged out and has an empty profile when it resolves; the rest goes on in the background.
   *
   * @throws AppError NOT_FOUND
   */
  async erase(actor: Actor, { userId, messages }: CommandInput<'eraseUser'>): Promise<ErasureView> {
    const { erasure, deactivated } = await this.database.transaction(async (tx) => {
      if ((await lockUser(tx, userId)) === 0) throw new AppError('NOT_FOUND');
      const begun = await beginErasure(tx, { userId, messages });
      const deactivated = await emptyProfile(tx, userId);
      await this.revoking.forGood(userId, tx);
      await this.audit.record(
        actor,
        'erasureStarted',
        { userId, details: { erasureId: begun.id, messages } },
        tx,
      );
      return { erasure: begun, deactivated };
    });
    this.users.forget(userId);
    this.subjects.forget(userId);
    this.revoking.announce();
    // With tokens the sockets are closed because those are refused.
    if (this.identity.open) this.publisher.disconnect(userId);
    await this.news.tell([{ user: emptied(userId, erasure.requestedAt, deactivated), publicly: true }], null);
    this.worker.look();
    return erasure;
  }

  /** @throws AppError CREDENTIALS_WRONG; RATE_LIMITED after failures; OVERLOADED; NOT_CONFIGURED */
  async eraseMe(
    actor: Actor,
    { password, messages }: CommandInput<'eraseMe'>,
    client: Client,
  ): Promise<ErasureView> {
    await this.accounts.confirm(actor, password, client);
    return this.erase(actor, { userId: requireUserId(actor), messages });
  }

  /** @throws AppError NOT_FOUND */
  async get({ erasureId }: CommandInput<'getErasure'>): Promise<ErasureView> {
    const erasure = await erasureById(this.database, erasureId);
    if (!erasure) throw new AppError('NOT_FOUND');
    return erasure;
  }
}

const emptied = (id: number, createdAt: string, deactivated: boolean) => ({
  id,
  externalId: null,
  name: null,
  avatarUrl: null,
  metadata: {},
  deactivated,
  lastSeenAt: null,
  createdAt,
});
