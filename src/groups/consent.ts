import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { Limits } from '../commands/limits/limits.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { GroupAdds } from '../contract/index.js';
import type { Runner } from '../database/statement.js';
import { candidates } from './consent.queries.js';
import type { Guest } from './invitations.queries.js';
import { isCharged, placementOf } from './placement.js';

/** What becomes of the users whom somebody adds to a group. */
export interface Sorted {
  /** These become members, in the order in which they were named. */
  added: number[];
  /** These are invited. */
  guests: Guest[];
  /** How many of them count against RATE_LIMIT_ADDS. */
  strangers: number;
}

/** Whether users are added to a group, or asked. */
@Injectable()
export class Consent {
  private readonly policy: GroupAdds;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly limits: Limits,
  ) {
    this.policy = config.groupAdds;
  }

  /**
   * Sorts users who are not members. The actor themselves is always added, and the application adds anybody. For a
   * group that exists, call it while the group is locked: nobody can leave meanwhile.
   *
   * @param chatId null for a new group.
   */
  async sort(
    runner: Runner,
    { userId: adderId }: Actor,
    { chatId, userIds }: { chatId: number | null; userIds: readonly number[] },
  ): Promise<Sorted> {
    const sorted: Sorted = { added: [], guests: [], strangers: 0 };
    const others = adderId === null ? [] : userIds.filter((userId) => userId !== adderId);
    if (adderId === null || others.length === 0) return { ...sorted, added: [...userIds] };
    const rows = await candidates(runner, { chatId, adderId, userIds: others });
    const byId = new Map(rows.map((row) => [row.userId, row]));
    for (const userId of userIds) {
      const candidate = byId.get(userId);
      // One without a row is the actor, or does not exist: inserting the members finds that out.
      const placement = candidate ? placementOf(candidate, this.policy) : 'added';
      if (placement === 'added') sorted.added.push(userId);
      else if (placement !== 'leftOut') sorted.guests.push({ userId, withheld: placement === 'withheld' });
      if (candidate && isCharged(candidate)) sorted.strangers++;
    }
    return sorted;
  }

  /**
   * Counts strangers for one command: by the first call, because a transaction may run again.
   *
   * @param field the list of users in the input.
   * @returns a function that throws AppError RATE_LIMITED, or VALIDATION_FAILED for more than the limit ever allows.
   */
  charging({ userId }: Actor, field: string): (sorted: Sorted) => void {
    let charged = false;
    return ({ strangers }) => {
      if (userId !== null && !charged) this.limits.adding(userId, strangers, field);
      charged = true;
    };
  }
}
