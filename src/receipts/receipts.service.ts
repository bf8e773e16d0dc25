import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Actor } from '../auth/actor.js';
import { membersOf } from '../chats/audience.js';
import { AppError, type CommandInput, type MessageSeenView } from '../contract/index.js';
import { GroupCommit, type Outcome } from '../database/group-commit.js';
import { Sql } from '../database/sql.js';
import { ANSWER_WITHIN_MS } from '../realtime/deadlines.js';
import { Publisher } from '../realtime/publisher.js';
import { markSeen, type SeenRow } from './receipts.queries.js';

interface Mark {
  readerId: number | null;
  messageId: number | null;
  chatId: number | null;
}

const MAX_BATCH = 256;
const MAX_WAITING = 5_000;

/** Who has seen what. Marks that arrive while a commit is under way go into the next one together. */
@Injectable()
export class ReceiptsService implements OnApplicationShutdown {
  private readonly marks = new GroupCommit<Mark, SeenRow>({
    write: (batch) => this.writeBatch(batch),
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    patienceMs: ANSWER_WITHIN_MS,
  });

  constructor(
    private readonly sql: Sql,
    private readonly publisher: Publisher,
  ) {}

  /**
   * The reader has seen everything up to a message, or everything in a chat. When nobody says who reads (the
   * seed's `markAsSeen { messageId }` on a socket that named nobody) it is the receiver of the message. The
   * permission (`receipt.write`) is the membership, checked by the statement under its lock.
   *
   * Members hear `messageSeen` when the watermark moved.
   *
   * @throws AppError NOT_FOUND when there is no such message or chat, or the reader is no member.
   */
  async markSeen(actor: Actor, input: CommandInput<'markAsSeen'>): Promise<MessageSeenView> {
    const row = await this.marks.submit({
      readerId: actor.userId,
      messageId: input.messageId ?? null,
      chatId: input.chatId ?? null,
    });
    const { messageId, chatId, userId, seq, version } = row;
    const seen: MessageSeenView = { messageId, seen: true, chatId, userId, seq, version };
    if (row.moved) this.publisher.publish('messageSeen', seen, membersOf(row, actor.origin));
    return seen;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.marks.drained();
  }

  private async writeBatch(batch: readonly Mark[]): Promise<Outcome<SeenRow>[]> {
    const rows = await this.sql.rows<SeenRow>(markSeen, [
      batch.map((_, idx) => idx),
      batch.map((mark) => mark.readerId),
      batch.map((mark) => mark.messageId),
      batch.map((mark) => mark.chatId),
    ]);
    const outcomes = batch.map((): Outcome<SeenRow> => ({ ok: false, error: new AppError('NOT_FOUND') }));
    for (const row of rows) outcomes[row.idx] = { ok: true, result: row };
    return outcomes;
  }
}
