import { randomUUID } from 'node:crypto';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import { RepeatedLook } from '../common/flow/repeated-look.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { removeOld, removeRead } from './log.queries.js';
import { isAfter, type Position } from './position.js';
import { SettledLog } from './settled.js';
import { Sink } from './sink.js';
import { SinkLags } from './sink-lags.js';
import { leaseSinks } from './sinks.queries.js';

/** Milliseconds between two looks for sinks that nobody reads for. */
const LEASE_EVERY_MS = 1_000;

/** The same on a node that reads for none and found none: there may be none at all. With the lease it makes the 15 s. */
const IDLE_EVERY_MS = 2_000;

/** Milliseconds between two saves of a sink that moves. */
const SAVE_EVERY_MS = 1_000;

/** While there were so many, it looks for more at once: a node that died may have read for all. */
const LEASED_AT_ONCE = 20;
const REMOVE_EVERY_MS = 20_000;
const REMOVED_AT_ONCE = 1_000;

/** Works for sinks. */
export interface SinkWork {
  /** Called again and again while this node reads for the sink, one call at a time. It must not take long. */
  turn(sink: Sink, settled: Position): Promise<void>;
  /** This node reads for it no more: nothing new is begun. Resolves when what was under way has ended. */
  end(sink: Sink): Promise<void>;
  /** How much later than the others it reads, on purpose. */
  readonly delayMs?: number;
}

/**
 * Reads the log of changes for sinks, each by one node at a time. When a node ends, another one goes on at once; when it dies
 * or freezes, as soon as its lease is over.
 */
@Injectable()
export class ChangeLog implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChangeLog.name);
  private readonly node = randomUUID();
  private readonly settled: SettledLog;
  private readonly sinks = new Map<string, Sink>();
  /** By name, what is still under way for sinks that this node reads for no more. */
  private readonly endings = new Map<string, Promise<void>>();
  private readonly works = new Map<string, SinkWork>();
  private readonly looks: RepeatedLook;
  private readonly removals: RepeatedChunks;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** Whether this node has read for sinks since it last removed what they have read. */
  private hasRead = false;
  private stopping = false;

  constructor(
    private readonly database: Database,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly lags: SinkLags,
  ) {
    this.settled = new SettledLog(database);
    this.looks = new RepeatedLook({
      what: 'changes that sinks have not read',
      everyMs: config.sinks.pollMs,
      look: () => this.look(),
    });
    this.removals = new RepeatedChunks({
      what: 'changes that all sinks have read',
      everyMs: REMOVE_EVERY_MS,
      chunk: REMOVED_AT_ONCE,
      remove: () => this.remove(),
    });
  }

  /** Sinks whose name begins with this prefix are worked for so. Call it in a constructor. */
  register(prefix: string, work: SinkWork): void {
    this.works.set(prefix, work);
    this.lags.watch(prefix, work.delayMs ?? 0);
  }

  onApplicationBootstrap(): void {
    if (this.works.size === 0 || !this.config.sinks.on) return;
    this.looks.start();
    this.removals.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.looks.stop(), this.removals.stop()]);
    for (const sink of this.sinks.values()) this.end(sink);
    await Promise.all(this.endings.values());
  }

  /** There may be something to read, or a new sink: looks now. */
  ring(): void {
    this.lookedAt = Number.NEGATIVE_INFINITY;
    if (this.config.sinks.on) void this.looks.now();
  }

  private async look(): Promise<void> {
    await this.lease();
    if (this.sinks.size === 0) return;
    this.hasRead = true;
    const settled = await this.settled.look();
    const faults: unknown[] = [];
    for (const sink of this.sinks.values()) {
      if (this.stopping) return;
      await this.work(sink, settled).catch((error: unknown) => faults.push(error));
    }
    if (faults.length > 0) throw faults[0];
  }

  private async work(sink: Sink, settled: Position): Promise<void> {
    const { last } = this.settled;
    // A standby took over that had not got all of it: until its ids come up to there, the sink would be told nothing.
    if (isAfter(sink.position, last)) {
      sink.goBack(last);
      this.warnOfLoss(sink.name);
    } else await sink.keep(SAVE_EVERY_MS);
    if (!sink.isHeld) this.end(sink);
    // What was under way under its former lease ends first, so that nothing overtakes it.
    else if (!this.endings.has(sink.name)) await this.workOf(sink).turn(sink, settled);
  }

  private async lease(): Promise<void> {
    const now = performance.now();
    if (now - this.lookedAt < (this.sinks.size === 0 ? IDLE_EVERY_MS : LEASE_EVERY_MS)) return;
    this.lookedAt = now;
    while ((await this.leaseSome()) === LEASED_AT_ONCE && !this.stopping);
  }

  private async leaseSome(): Promise<number> {
    const { leaseMs: ms } = this.config.sinks;
    const works = [...this.works.keys()];
    const at = performance.now();
    const leases = await leaseSinks(this.database, { node: this.node, ms, most: LEASED_AT_ONCE, works });
    for (const lease of leases) {
      if (lease.wasPast) this.warnOfLoss(lease.name);
      const former = this.sinks.get(lease.name);
      if (former) this.end(former);
      this.sinks.set(lease.name, new Sink(this.database, lease, ms, at));
    }
    return leases.length;
  }

  private warnOfLoss(name: string): void {
    this.logger.warn(
      `${name} was past the last message that there is: the database was restored from a backup or has lost its last ` +
        'commits. It goes on from now; see "Back up and restore" in docs/guides/operations.md',
    );
  }

  /** Reads for it no more. Others do not wait until what is under way for it has ended: a receiver may take its time. */
  private end(sink: Sink): void {
    this.sinks.delete(sink.name);
    const { name } = sink;
    const ending = Promise.all([this.endings.get(name), this.ended(sink)]).then(() => {
      if (this.endings.get(name) === ending) this.endings.delete(name);
    });
    this.endings.set(name, ending);
  }

  /** Never rejects. */
  private async ended(sink: Sink): Promise<void> {
    try {
      await this.workOf(sink).end(sink);
      await sink.release();
    } catch (error) {
      this.logger.warn(
        `Could not save how far ${sink.name} is, others repeat the last of it: ${String(error)}`,
      );
    }
  }

  private workOf({ name }: Sink): SinkWork {
    return this.works.get(name.split(':')[0]!)!;
  }

  private async remove(): Promise<number> {
    if (!this.hasRead) return 0;
    const late = await removeOld(this.database, { days: this.config.sinks.keepDays, most: REMOVED_AT_ONCE });
    for (const name of late) {
      this.logger.warn(
        `${name} had not read what happened more than SINK_KEEP_DAYS ago, and goes on after it: it misses some events`,
      );
    }
    const removed = await removeRead(this.database, REMOVED_AT_ONCE);
    this.hasRead = removed === REMOVED_AT_ONCE || this.sinks.size > 0;
    return removed;
  }
}
