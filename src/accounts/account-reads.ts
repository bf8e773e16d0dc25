import { Injectable } from '@nestjs/common';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { Pacer } from '../common/flow/pacer.js';
import { ANSWER_WITHIN_MS, ARRIVALS_EVERY_MS } from '../common/time-bounds.js';
import { type AccountView, AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { accountsOfUsers } from './accounts.queries.js';

/** Reads accounts of users who arrive. One statement reads those of all who come at the same time. */
@Injectable()
export class AccountReads {
  private readonly arrivals = new Batcher<number, AccountView>({
    write: (userIds) => this.read(userIds),
    batch: { some: 256, most: 1_024 },
    maxWaiting: 20_000,
    patienceMs: ANSWER_WITHIN_MS,
  });
  private readonly pacer = new Pacer({ everyMs: ARRIVALS_EVERY_MS, most: 1 });

  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
  ) {}

  /**
   * The account of a user; in open mode the user is created if missing.
   *
   * @throws AppError NOT_FOUND; OVERLOADED or UNAVAILABLE when too many arrive.
   */
  ofArrival(userId: number): Promise<AccountView> {
    return this.arrivals.submit(userId);
  }

  private async read(userIds: readonly number[]): Promise<Outcome<AccountView>[]> {
    await this.pacer.wait();
    const people = [...new Set(userIds)];
    await this.users.ensure(people);
    const accounts = await accountsOfUsers(this.database, people);
    const byId = new Map(accounts.map((account) => [account.id, account]));
    return userIds.map((userId) => {
      const result = byId.get(userId);
      return result ? { ok: true, result } : { ok: false, error: new AppError('NOT_FOUND') };
    });
  }
}
