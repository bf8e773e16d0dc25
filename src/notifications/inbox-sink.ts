import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ChangeLog, type SinkWork } from '../changes/change-log.js';
import { isAfter, type Position } from '../changes/position.js';
import type { Sink } from '../changes/sink.js';
import { ensureSink, removeSink } from '../changes/sinks.queries.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { entriesToTell } from './inbox.queries.js';
import { toNotificationView } from './inbox.view.js';
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

/** Ids of messages that one step looks through: a few milliseconds. */
const MESSAGES_AT_ONCE = 5_000;

/** Other changes of one step. */
const CHANGES_AT_ONCE = 500;

/** Milliseconds after which a turn leaves the rest to the next one. */
const TURN_MS = 1_000;

/** Entries that one statement reads to tell them. */
const TOLD_AT_ONCE = 100;

/**
 * Writes inboxes from the log of changes, and tells people of what is new. Nothing is written twice, so what is read again
 * after a crash is told to nobody again.
 */
@Injectable()
export class InboxSink implements SinkWork, OnApplicationBootstrap {
  private readonly logger = new Logger(InboxSink.name);

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    log: ChangeLog,
  ) {
    log.register(NAME, this);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.sinks.on) return;
    if (this.config.inbox) await ensureSink(this.database, NAME);
    else await removeSink(this.database, NAME);
  }

  async turn(sink: Sink, settled: Position): Promise<void> {
    const ends = performance.now() + TURN_MS;
    while (sink.isHeld && isAfter(settled, sink.position) && performance.now() < ends) {
      await this.step(sink, settled);
    }
  }

  async end(): Promise<void> {
    // A turn has ended before this is called.
  }

  private async step(sink: Sink, settled: Position): Promise<void> {
    const after = sink.position;
    const cut = after.messageId + MESSAGES_AT_ONCE;
    const most = settled.messageId > cut ? { messageId: cut, outboxId: Number.MAX_SAFE_INTEGER } : settled;
    const noted = await notedForInbox(this.database, { after, upTo: most, most: CHANGES_AT_ONCE });
    const upTo = noted.length < CHANGES_AT_ONCE ? most : noted.at(-1)!.position;
    const ids = await this.write(after.messageId, upTo.messageId, noted);
    if (ids.length > 0) await removeOfGone(this.database, ids);
    sink.hasRead(upTo);
    sink.doneUpTo(null);
    await this.tell(ids);
  }

  /** Who joins comes before what is said: in a step of a late inbox there is much of both. */
  private async write(after: number, upTo: number, noted: readonly InboxChange[]): Promise<number[]> {
    const { database } = this;
    const ids: number[] = [];
    const created = noted.filter(({ kind }) => kind === 'newChat');
    if (created.length > 0) ids.push(...(await addFromCreation(database, created)));
    const added = noted.flatMap(({ userIds, ...one }) => userIds.map((userId) => ({ ...one, userId })));
    if (added.length > 0) ids.push(...(await addFromJoining(database, added)));
    if (upTo > after) ids.push(...(await addFromSent(database, { after, upTo })));
    const edited = noted.flatMap(({ kind, messageId, version, at }) =>
      kind === 'messageEdited' && messageId !== null ? [{ messageId, version, at }] : [],
    );
    if (edited.length > 0) ids.push(...(await addFromEdits(database, edited)));
    const reacted = noted.flatMap(({ kind, messageId, by, added, at }) =>
      kind === 'reactionsChanged' && added && messageId !== null && by !== null
        ? [{ messageId, by, at }]
        : [],
    );
    if (reacted.length > 0) ids.push(...(await addFromReactions(database, reacted)));
    return ids;
  }

  /** What cannot be told is in the inbox all the same. */
  private async tell(ids: readonly number[]): Promise<void> {
    try {
      for (let from = 0; from < ids.length; from += TOLD_AT_ONCE) {
        const rows = await entriesToTell(this.database, ids.slice(from, from + TOLD_AT_ONCE));
        for (const { userId, unseen, entry } of rows) {
          this.publisher.publish(
            'notification',
            { ...toNotificationView(entry), unseen },
            { users: [userId] },
          );
        }
      }
    } catch (error) {
      this.logger.warn(`Could not tell people of what is new in their inboxes: ${String(error)}`);
    }
  }
}
