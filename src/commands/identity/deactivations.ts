import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../common/bus.js';
import { Batcher, type Outcome } from '../../common/flow/batcher.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import { RepeatedLook } from '../../common/flow/repeated-look.js';
import { ANSWER_WITHIN_MS, LONGEST_RETRY_AFTER_MS } from '../../common/time-bounds.js';
import { AppError } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { type Deactivated, deactivatedSince, deactivationsOf } from './deactivations.queries.js';

/** Milliseconds between two reads of the database. */
const LOOK_EVERY_MS = 400;

/** Maximum number of deactivated users that a node remembers. */
const MAX_REMEMBERED = 100_000;

interface Known extends Deactivated {
  /** Milliseconds since 1970; Infinity: until the application ends it. */
  untilMs: number;
}

/**
 * Who is deactivated, and so may do nothing.
 *
 * - Every node reads the database a few times a second, and at once when another node reports a change. So within a
 *   second each node knows, also while Redis is away. A deactivation that has an end is over at that moment.
 * - A node remembers the latest deactivations. When there are more, it asks the database about users whom it does not
 *   remember.
 */
@Injectable()
export class Deactivations implements OnModuleInit, OnApplicationShutdown {
  private readonly users = new BoundedMap<number, Known>(MAX_REMEMBERED, () => (this.complete = false));
  /** Whoever is not remembered is not deactivated. */
  private complete = false;
  /** The database's time at the last look. */
  private lookedAt: string | null = null;
  private readonly looks = new RepeatedLook({
    what: 'deactivated users',
    everyMs: LOOK_EVERY_MS,
    look: () => this.learn(),
  });
  /** One statement for all who are asked about at the same time. */
  private readonly reads = new Batcher<number, Deactivated | null>({
    write: (userIds) => this.read(userIds),
    batch: { some: 256, most: 1_024 },
    maxWaiting: 20_000,
    patienceMs: ANSWER_WITHIN_MS,
  });

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('tokensRevokedElsewhere', () => this.looks.now());
    this.looks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.looks.stop();
  }

  /** Why the user can do nothing, as far as this node knows; null: they are active. */
  of(userId: number): AppError | null {
    const known = this.users.get(userId);
    return known !== undefined && known.untilMs > Date.now() ? deactivated(known) : null;
  }

  /**
   * Asks the database only if there are more than this node remembers.
   *
   * @throws AppError DEACTIVATED
   */
  async refuse(userId: number): Promise<void> {
    const error = this.of(userId);
    if (error) throw error;
    if (!this.complete) await this.refuseNow(userId);
  }

  /**
   * Asks the database.
   *
   * @throws AppError DEACTIVATED
   */
  async refuseNow(userId: number): Promise<void> {
    const found = await this.reads.submit(userId);
    if (found) throw deactivated(found);
  }

  /** After a commit that changed them: this node knows at once, the others within a second. null: they are active. */
  changed(userId: number, now: Deactivated | null): void {
    this.remember(userId, now);
    this.bus.emit('tokensRevoked', null);
  }

  private remember(userId: number, now: Deactivated | null): void {
    // At the end of the line.
    this.users.delete(userId);
    if (now === null) return;
    this.users.set(userId, { ...now, untilMs: now.until === null ? Infinity : Date.parse(now.until) });
  }

  private async learn(): Promise<void> {
    const rows = await deactivatedSince(this.database, {
      lookedAt: this.lookedAt,
      most: MAX_REMEMBERED + 1,
    });
    if (this.lookedAt === null) this.complete = true;
    const clock = rows.find(({ userId }) => userId === null)!.at;
    // The oldest first, so that they are forgotten first.
    for (const { userId, ended, until, reason } of rows.reverse())
      if (userId !== null) this.remember(userId, ended ? null : { until, reason });
    this.lookedAt = clock;
  }

  private async read(userIds: readonly number[]): Promise<Outcome<Deactivated | null>[]> {
    const rows = await deactivationsOf(this.database, [...new Set(userIds)]);
    const found = new Map(rows.map((row) => [row.userId, row]));
    return userIds.map((userId) => ({ ok: true, result: found.get(userId) ?? null }));
  }
}

/** The error for the user themselves, and for who acts in their name. */
function deactivated({ until, reason }: Deactivated): AppError {
  const details = { until, reason };
  if (until === null) return new AppError('DEACTIVATED', { details });
  const leftMs = Math.max(1, Date.parse(until) - Date.now());
  return new AppError('DEACTIVATED', { details, retryAfterMs: Math.min(leftMs, LONGEST_RETRY_AFTER_MS) });
}
