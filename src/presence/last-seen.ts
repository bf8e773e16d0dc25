import { Injectable } from '@nestjs/common';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { Database } from '../database/database.js';
import { recordLastSeen } from './presence.queries.js';

/** Most users in one statement. */
const MOST = 1_000;

/**
 * Stores when users were last seen, in batches, one statement at a time. The next call of `saved` retries a failed
 * write.
 */
@Injectable()
export class LastSeen {
  private readonly unsaved = new Map<number, Date>();
  private readonly writes = new Batcher<number, void>({
    write: (userIds) => this.save(userIds),
    batch: { some: MOST, most: MOST },
    maxWaiting: Number.POSITIVE_INFINITY,
    patienceMs: Number.POSITIVE_INFINITY,
  });

  constructor(private readonly database: Database) {}

  /** Notes a time; `saved` stores it. */
  note(userId: number, at: Date): void {
    this.unsaved.set(userId, at);
  }

  /** Resolves when the time noted for this user is stored. */
  async saved(userId: number): Promise<void> {
    while (this.unsaved.has(userId)) await this.writes.submit(userId);
  }

  /** Resolves when all noted times are stored. */
  async allSaved(): Promise<void> {
    await Promise.all([...this.unsaved.keys()].map((userId) => this.saved(userId)));
  }

  private async save(userIds: readonly number[]): Promise<Outcome<void>[]> {
    const batch = [...new Set(userIds)].flatMap((userId) => {
      const at = this.unsaved.get(userId);
      return at === undefined ? [] : [[userId, at] as const];
    });
    if (batch.length > 0) await recordLastSeen(this.database, batch);
    for (const [userId, at] of batch) if (this.unsaved.get(userId) === at) this.unsaved.delete(userId);
    return userIds.map(() => ({ ok: true, result: undefined }));
  }
}
