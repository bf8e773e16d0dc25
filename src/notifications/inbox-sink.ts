import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ChangeLog, type SinkWork } from '../changes/change-log.js';
import { isAfter, type Position } from '../changes/position.js';
import type { Sink } from '../changes/sink.js';
import { ensureSink, removeSink } from '../changes/sinks.queries.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { whileStarting } from '../database/while-starting.js';
import { isUnavailable } from '../common/errors/failure.js';
import { InboxTelling } from './inbox-telling.js';
import {
  addFromCreation,
  addFromEdits,
  addFromJoining,
  addFromReactions,
  addFromSent,
  type InboxChange,
  notedForInbox,
  removeOfGone,
} from './inbox-sink.queries.js';

const NAME = 'inbox';

/** Ids of messages that one step looks through: a few milliseconds. Fewer after a failure. */
const MESSAGES_AT_ONCE = 5_000;

/** Other changes of one step. Fewer after a failure. */
const CHANGES_AT_ONCE = 500;

/** So often can a step be halved. Then it has one message and one other change at most. */
const MOST_HALVINGS = Math.ceil(Math.log2(MESSAGES_AT_ONCE));

/** Milliseconds after which a turn leaves the rest to the next one. */
const TURN_MS = 1_000;

/** A part of a step: one statement, and which change it is about if the step has one of each only. */
interface Write {
  what: string;
  run: () => Promise<number[]>;
}

/**
 * Writes inboxes from the log of changes, and has people told of what is new. Nothing is written twice, so what is read again
 * after a crash is told to nobody again.
 *
 * A step that fails is tried again at half its size. What fails alone is passed over with an error in the log: all other
 * inboxes go on, and no later try would do better. While the database is away nothing is passed over.
 */
@Injectable()
export class InboxSink implements SinkWork, OnApplicationBootstrap {
  private readonly logger = new Logger(InboxSink.name);
  private halvings = 0;
  /** The end of the step that failed last: after it, steps grow again. */
  private failedUpTo: Position = { messageId: 0, outboxId: 0 };

  constructor(
    private readonly database: Database,
    private readonly telling: InboxTelling,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    log: ChangeLog,
  ) {
    log.register(NAME, this);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.sinks.on) return;
    const settle = this.config.inbox ? ensureSink : removeSink;
    await whileStarting(() => settle(this.database, NAME));
  }

  async turn(sink: Sink, settled: Position): Promise<void> {
    const ends = performance.now() + TURN_MS;
    while (sink.isHeld && isAfter(settled, sink.position) && performance.now() < ends) {
      await this.step(sink, settled);
    }
  }

  /** What was written is told before somebody else goes on. */
  async end(): Promise<void> {
    await this.telling.done();
  }

  private async step(sink: Sink, settled: Position): Promise<void> {
    const after = sink.position;
    const cut = after.messageId + halved(MESSAGES_AT_ONCE, this.halvings);
    const changes = halved(CHANGES_AT_ONCE, this.halvings);
    const most = settled.messageId > cut ? { messageId: cut, outboxId: Number.MAX_SAFE_INTEGER } : settled;
    const noted = await notedForInbox(this.database, { after, upTo: most, most: changes });
    const upTo = noted.length < changes ? most : noted.at(-1)!.position;
    if (!(await this.writeAll(this.writesOf(after.messageId, upTo, noted), upTo))) return;
    sink.hasRead(upTo);
    sink.doneUpTo(null);
    if (this.halvings > 0 && !isAfter(this.failedUpTo, upTo)) this.halvings--;
  }

  /**
   * Whether all was written, or passed over; else the step is to be done again, in smaller ones.
   *
   * @throws a failure of the database that is away or too slow: the next turn tries again.
   */
  private async writeAll(writes: readonly Write[], upTo: Position): Promise<boolean> {
    for (const { what, run } of writes) {
      try {
        await this.write(run);
      } catch (error) {
        const isAlone = this.halvings >= MOST_HALVINGS;
        this.halvings = Math.min(this.halvings + 1, MOST_HALVINGS);
        this.failedUpTo = upTo;
        if (isUnavailable(error)) throw error;
        if (!isAlone) return false;
        this.logger.error(`Passed over ${what}: nothing of it can be written into inboxes: ${String(error)}`);
      }
    }
    return true;
  }

  private async write(run: Write['run']): Promise<void> {
    const ids = await run();
    if (ids.length === 0) return;
    await removeOfGone(this.database, ids);
    this.telling.add(ids);
  }

  /** Who joins comes before what is said: in a step of a late inbox there is much of both. */
  private writesOf(after: number, upTo: Position, noted: readonly InboxChange[]): Write[] {
    const { database } = this;
    const writes: Write[] = [];
    const place = noted.at(-1)?.position.outboxId;
    const created = noted.filter(({ kind }) => kind === 'newChat');
    if (created.length > 0)
      writes.push({ what: `change ${place} (newChat)`, run: () => addFromCreation(database, created) });
    const added = noted.flatMap(({ userIds, ...one }) => userIds.map((userId) => ({ ...one, userId })));
    if (added.length > 0)
      writes.push({ what: `change ${place} (membersAdded)`, run: () => addFromJoining(database, added) });
    const sent = { after, upTo: upTo.messageId };
    if (sent.upTo > after)
      writes.push({ what: `message ${sent.upTo}`, run: () => addFromSent(database, sent) });
    const edited = noted.flatMap(({ kind, messageId, version, at }) =>
      kind === 'messageEdited' && messageId !== null ? [{ messageId, version, at }] : [],
    );
    if (edited.length > 0)
      writes.push({ what: `change ${place} (messageEdited)`, run: () => addFromEdits(database, edited) });
    const reacted = noted.flatMap(({ kind, messageId, by, added, at }) =>
      kind === 'reactionsChanged' && added && messageId !== null && by !== null
        ? [{ messageId, by, at }]
        : [],
    );
    if (reacted.length > 0)
      writes.push({
        what: `change ${place} (reactionsChanged)`,
        run: () => addFromReactions(database, reacted),
      });
    return writes;
  }
}

const halved = (size: number, times: number) => Math.max(1, Math.floor(size / 2 ** times));
