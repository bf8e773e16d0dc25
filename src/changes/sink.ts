import type { Runner } from '../database/statement.js';
import { type LogPage, logPage } from './log-page.js';
import { isAfter, type Position } from './position.js';
import { type Lease, saveSink } from './sinks.queries.js';

/** A reader of the log, as the one node has it that reads for it. */
export class Sink {
  /** Up to where it was read. */
  private read: Position;
  /** Up to where all is done. */
  private done: Position;
  private saved: Position;
  private savedAt = performance.now();
  private heldUntil: number;
  private lost = false;
  private backTo: Position | null = null;

  constructor(
    private readonly database: Runner,
    private readonly lease: Lease,
    private readonly leaseMs: number,
    leasedAt: number,
  ) {
    const { messageId, outboxId } = lease;
    this.read = this.done = this.saved = { messageId, outboxId };
    this.heldUntil = leasedAt + leaseMs;
  }

  get name(): string {
    return this.lease.name;
  }

  get leaseNo(): number {
    return this.lease.leaseNo;
  }

  /** Up to where it was read. For those who read the log by statements of their own. */
  get position(): Position {
    return this.read;
  }

  /** This lease counts no more: somebody has moved the sink. */
  lose(): void {
    this.lost = true;
  }

  /** The database has lost what is after this place: this lease ends, and the next one begins there. */
  goBack(to: Position): void {
    this.backTo = to;
  }

  /** Whether no other node can read for it yet. Ask before each effect: the process may have been frozen. */
  get isHeld(): boolean {
    return !this.lost && this.backTo === null && performance.now() < this.heldUntil;
  }

  /**
   * What comes next in the log, of what is settled: up to `most` messages and as many other changes. It comes again until
   * it is said that it was read, see `hasRead`.
   */
  async next(settled: Position, most: number): Promise<LogPage> {
    return logPage(this.database, this.read, settled, most);
  }

  /** The reader has all up to there, and says what of it is done. */
  hasRead(position: Position): void {
    this.read = position;
  }

  /** All up to this change is done; null: all that was read. It is saved soon. */
  doneUpTo(position: Position | null): void {
    this.done = position ?? this.read;
  }

  /** Saves how far it is and prolongs the lease, where it is time for one of them. */
  async keep(everyMs: number): Promise<void> {
    const now = performance.now();
    const since = now - this.savedAt;
    const moved = isAfter(this.done, this.saved) || isAfter(this.saved, this.done);
    if (since >= this.leaseMs / 3 || (moved && since >= everyMs)) await this.save(this.leaseMs);
  }

  /** Saves how far it is and lets others read. */
  async release(): Promise<void> {
    if (!this.lost) await this.save(0);
    this.lost = true;
  }

  private async save(ms: number): Promise<void> {
    const done = this.backTo && isAfter(this.done, this.backTo) ? this.backTo : this.done;
    const at = performance.now();
    const count = await saveSink(this.database, { ...this.lease, ...done, ms });
    if (count === 0) this.lost = true;
    this.saved = done;
    this.savedAt = at;
    this.heldUntil = at + ms;
  }
}
