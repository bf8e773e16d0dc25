import { randomBytes } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { OWN_KEY } from '../model/message.view.js';
import { AppError } from '../../contract/index.js';
import {
  isConflict,
  isLockTimeout,
  isSerializationFault,
  isUnavailable,
  tooSlow,
} from '../../common/errors/failure.js';
import { Batcher, type Later, type Outcome } from '../../common/flow/batcher.js';
import { Metrics } from '../../common/metrics/metrics.js';
import { Health } from '../../common/health.js';
import { ANSWER_WITHIN_MS } from '../../common/time-bounds.js';
import { Publisher } from '../../delivery/publisher.js';
import { BatchSender } from './batch-sender.js';
import type { Draft, Entry, Findings, Sent } from './draft.js';
import { DirectChats } from './direct-chats.js';
import { outcomeOfDuplicate, splitDuplicates, standsAlone } from './duplicates.js';
import { ParkedSends } from './parked-sends.js';
import { WriterMetrics } from './writer-metrics.js';

/** Messages in a batch. A larger batch costs less for each message and holds the locks longer. */
const BATCH = { some: 256, most: 1_024 };

/** Most messages that wait. At 10 KB each they are 50 MB. */
const MAX_WAITING = 5_000;

/** Most attempts at a batch: it runs again after a conflict with another node, or after creating the chats it needs. */
const MAX_ATTEMPTS = 6;

/** Waits for a lock in vain, on none of the chats, after which each message is tried by itself. */
const MAX_BLOCKED = 2;

/** Milliseconds before the retry of a batch that lost its connection. */
const RECONNECT_PAUSE_MS = 100;

/**
 * Writes messages in batches: what arrives during a commit goes into the next one, in one statement.
 *
 * - An answer means committed. The messages of one sender are written in the order of the `write` calls.
 * - Every message has a key, the sender's or a generated one. So a batch whose connection broke during the commit can
 *   run again without writing a message twice.
 * - One bad entry fails alone, and a chat that somebody else has locked makes only its own messages wait.
 */
@Injectable()
export class MessageWriter implements OnApplicationShutdown {
  private readonly logger = new Logger(MessageWriter.name);
  private readonly metrics: WriterMetrics;
  /**
   * The prefix of generated keys; a number follows. It is unique to this writer. Rising keys keep the index entries of
   * a sender close together.
   */
  private readonly ownKeys = OWN_KEY + randomBytes(12).toString('base64url');
  private ownKey = 0;
  private readonly commits = new Batcher<Entry, Sent>({
    write: (batch) => this.writeBatch(batch),
    batch: BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
    // Acks and events are sent in the same turn of the event loop in which the commit returns.
    answered: () => this.publisher.flush(),
  });

  constructor(
    private readonly sender: BatchSender,
    private readonly parked: ParkedSends,
    private readonly chats: DirectChats,
    private readonly publisher: Publisher,
    metrics: Metrics,
    health: Health,
  ) {
    this.metrics = new WriterMetrics(metrics, health, { depth: () => this.depth, most: MAX_WAITING });
    parked.onFree((entries) => this.commits.resume(entries, ({ giveUpAt }) => giveUpAt));
  }

  /**
   * @throws AppError NOT_FOUND (chat), VALIDATION_FAILED (message to reply to, mentions, another receiver), FORBIDDEN (a block),
   * IDEMPOTENCY_MISMATCH, OVERLOADED, UNAVAILABLE
   */
  write(draft: Draft): Promise<Sent> {
    return this.commits.submit({
      draft,
      key: draft.clientId ?? `${this.ownKeys}${(this.ownKey++).toString(36)}`,
      outcome: null,
      parked: null,
      giveUpAt: performance.now() + ANSWER_WITHIN_MS,
    });
  }

  /** Messages waiting for the next batch. */
  get depth(): number {
    return this.commits.depth;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.commits.drained();
    while (!this.parked.isEmpty) await pause(RECONNECT_PAUSE_MS);
    await this.commits.drained();
  }

  private async writeBatch(batch: readonly Entry[]): Promise<(Outcome<Sent> | Later<Sent>)[]> {
    const since = performance.now();
    const { unique, duplicates } = splitDuplicates(batch);
    await this.settle(this.parked.isEmpty ? unique : this.unparked(unique));
    await this.settleDuplicates(duplicates);
    this.metrics.batch(batch.length, since);
    for (const { outcome } of batch) if (outcome?.ok && outcome.result.written) this.metrics.written.add();
    return batch.map(({ outcome, parked }) =>
      parked ? { later: parked.sent } : (outcome ?? { ok: false, error: tooSlow() }),
    );
  }

  /** Messages to a chat whose earlier messages wait, wait behind them. Returns the others. */
  private unparked(entries: Entry[]): Entry[] {
    return entries.filter((entry) => {
      const chatId = entry.draft.chatId ?? this.chats.of(entry.draft)?.chatId;
      if (chatId === undefined || !this.parked.has(chatId)) return true;
      this.parked.park(entry, chatId);
      return false;
    });
  }

  /** Costs at most one more statement, however many duplicates a key has. */
  private async settleDuplicates(all: [Entry, Entry][]): Promise<void> {
    const duplicates = all.filter(([duplicate, first]) => {
      if (first.parked) this.parked.park(duplicate, first.parked.chatId);
      return !first.parked;
    });
    const alone = new Map<Entry, Entry>();
    for (const [duplicate, first] of duplicates)
      if (!alone.has(first) && standsAlone(duplicate, first)) alone.set(first, duplicate);
    if (alone.size > 0) await this.settle([...alone.values()]);
    const latest = new Map<Entry, Entry>();
    for (const [duplicate, first] of duplicates) {
      if (alone.get(first) === duplicate) latest.set(first, duplicate);
      else duplicate.outcome = outcomeOfDuplicate(duplicate, latest.get(first) ?? first);
    }
  }

  /**
   * Runs entries until each has an outcome. While the database is unreachable it retries each until its deadline; after
   * conflicts it retries a few times.
   */
  private async settle(
    entries: Entry[],
    findings: Findings = { unsure: new Set(), contended: false, blocked: 0 },
  ): Promise<void> {
    let left = entries;
    let conflicts = 0;
    while (left.length > 0) {
      try {
        left = await this.sender.attempt(left, findings);
        if (left.length === 0 || ++conflicts < MAX_ATTEMPTS) continue;
        for (const entry of left) entry.outcome = { ok: false, error: new AppError('NOT_FOUND') };
        return;
      } catch (error) {
        // Entries with an outcome are committed: the failure came after them.
        left = left.filter((entry) => entry.outcome === null);
        if (isLockTimeout(error)) {
          left = await this.parkLocked(left, findings);
          if (findings.blocked >= MAX_BLOCKED && left.length > 0)
            return this.settleApart(left, error, findings);
        } else if (isUnavailable(error) && !isSerializationFault(error)) {
          for (const entry of left) findings.unsure.add(entry);
          const now = performance.now();
          left = left.filter((entry) => entry.giveUpAt > now + RECONNECT_PAUSE_MS);
          if (left.length > 0) await pause(RECONNECT_PAUSE_MS);
        } else if (++conflicts >= MAX_ATTEMPTS || !isConflict(error)) {
          await this.settleApart(left, error, findings);
          return;
        } else if (isSerializationFault(error)) {
          findings.contended = true;
        }
      }
    }
  }

  /**
   * The batch waited too long for a lock: sets those aside whose chat is locked. Returns the others, to run again at
   * once.
   */
  private async parkLocked(entries: Entry[], findings: Findings): Promise<Entry[]> {
    const now = performance.now();
    const left = entries.filter(({ giveUpAt }) => giveUpAt > now);
    if (left.length === 0) return left;
    try {
      const locked = await this.parked.lockedOf(left);
      for (const [entry, chatId] of locked) this.parked.park(entry, chatId);
      findings.blocked = locked.size === 0 ? findings.blocked + 1 : 0;
      return left.filter(({ parked }) => parked === null);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await pause(RECONNECT_PAUSE_MS);
      return left;
    }
  }

  /** The whole batch failed, and not by a conflict: runs each entry alone, so that only the bad one fails. */
  private async settleApart(entries: Entry[], error: unknown, findings: Findings): Promise<void> {
    const [only] = entries;
    if (only && entries.length === 1) {
      only.outcome = { ok: false, error };
      return;
    }
    this.logger.error(error, 'Writing a batch failed; its messages are written one by one');
    for (const entry of entries) await this.settle([entry], findings);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
