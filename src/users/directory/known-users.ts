import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { AppError, MAX_FAULTS } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { existingUsers, insertMissingUsers } from './directory.queries.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';

/** Ids remembered as existing. */
const REMEMBERED = 100_000;

const NONE: ReadonlySet<number> = new Set();

/** Whether a user with an id exists. Open mode creates the row when an id is first used. */
@Injectable()
export class KnownUsers {
  private readonly open: boolean;
  private readonly known = new BoundedMap<number, true>(REMEMBERED);

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly database: Database,
  ) {
    this.open = config.auth.mode === 'open';
  }

  /** The user is looked up again: they were erased. */
  forget(userId: number): void {
    this.known.delete(userId);
  }

  /** The ids that this process has not seen yet. */
  unseen(ids: Iterable<number>): number[] {
    const unseen: number[] = [];
    for (const id of ids) if (!this.known.has(id)) unseen.push(id);
    return unseen;
  }

  /**
   * When it resolves, each id has a row. Ids seen before cost no query.
   *
   * @throws AppError NOT_FOUND in jwt mode, when one of them has none.
   */
  async ensure(ids: Iterable<number>): Promise<void> {
    if ((await this.missing(ids)).size > 0) throw new AppError('NOT_FOUND');
  }

  /**
   * Like `ensure`, for a list in the input.
   *
   * @throws AppError VALIDATION_FAILED with the positions in the list.
   */
  async ensureListed(field: string, ids: readonly number[]): Promise<void> {
    const missing = await this.missing(ids);
    if (missing.size === 0) return;
    const places = ids.flatMap((id, place) => (missing.has(id) ? [place] : [])).slice(0, MAX_FAULTS);
    throw new AppError('VALIDATION_FAILED', {
      details: places.map((place) => ({
        path: `${field}.${place}`,
        message: 'expected the id of an existing user',
      })),
    });
  }

  /** The ids without a user. In open mode none, because missing users are created. */
  async missing(ids: Iterable<number>): Promise<ReadonlySet<number>> {
    const unseen = this.unseen(ids);
    if (unseen.length === 0) return NONE;
    if (this.open) {
      await insertMissingUsers(this.database, unseen);
      for (const id of unseen) this.known.set(id, true);
      return NONE;
    }
    const missing = new Set(unseen);
    for (const id of await existingUsers(this.database, unseen)) {
      missing.delete(id);
      this.known.set(id, true);
    }
    return missing;
  }
}
