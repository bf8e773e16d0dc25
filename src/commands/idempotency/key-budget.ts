import { AppError } from '../../contract/index.js';
import type { Database } from '../../database/database.js';
import { countKeys, oldestKey } from './idempotency.queries.js';

/** Keys that a node lets a user add before it counts their keys again. */
const STEP = 100;

/** Users of whom a node remembers how many keys they may still add; the others are counted again. */
const MAX_REMEMBERED = 10_000;

/** Longest time in milliseconds for which a user without room is refused unseen: keys also go with deleted chats. */
const LOOK_AGAIN_MS = 60_000;

interface Budget {
  left: number;
  /** When to count again; until then no key may be added. By performance.now(). */
  fullUntil: number;
  retryAfterMs: number;
  counting: Promise<void> | null;
}

/**
 * How many keys each user may add, so that one user cannot fill the table. Counting is rare: once for `STEP` keys. So
 * with several nodes a user may get `STEP` keys too many on each.
 */
export class KeyBudget {
  private readonly budgets = new Map<number, Budget>();

  constructor(
    private readonly database: Database,
    private readonly limits: { readonly keepMs: number; readonly perUser: number },
  ) {}

  /** Takes room for one key. @returns the error for a user without room; null: there is room. */
  async take(owner: number): Promise<AppError | null> {
    const budget = this.of(owner);
    while (budget.left <= 0) {
      if (performance.now() < budget.fullUntil) return full(budget.retryAfterMs);
      budget.counting ??= this.count(owner, budget).finally(() => (budget.counting = null));
      await budget.counting;
    }
    budget.left--;
    return null;
  }

  /** Gives back the room of a key that was not added, or not kept. */
  giveBack(owner: number): void {
    const budget = this.budgets.get(owner);
    if (budget) budget.left++;
  }

  private of(owner: number): Budget {
    const known = this.budgets.get(owner);
    if (known) return known;
    if (this.budgets.size >= MAX_REMEMBERED) {
      const [oldest] = this.budgets.keys();
      if (oldest !== undefined) this.budgets.delete(oldest);
    }
    const budget: Budget = { left: 0, fullUntil: 0, retryAfterMs: 0, counting: null };
    this.budgets.set(owner, budget);
    return budget;
  }

  private async count(owner: number, budget: Budget): Promise<void> {
    const { keepMs, perUser } = this.limits;
    const used = await countKeys(this.database, { owner, keepMs, most: perUser });
    budget.left = Math.min(STEP, perUser - used);
    if (budget.left > 0) return;
    const ageMs = (await oldestKey(this.database, { owner, keepMs })) ?? 0;
    budget.retryAfterMs = Math.max(1, Math.ceil(keepMs - ageMs));
    budget.fullUntil = performance.now() + Math.min(budget.retryAfterMs, LOOK_AGAIN_MS);
  }
}

function full(retryAfterMs: number): AppError {
  return new AppError('RATE_LIMITED', { retryAfterMs, details: { limit: 'keys' } });
}
