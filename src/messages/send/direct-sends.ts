import { Injectable } from '@nestjs/common';
import { isConflict, isUniqueViolation } from '../../common/errors/failure.js';
import { Database } from '../../database/database.js';
import { DirectBatch, type DirectSend } from './direct-batch.js';
import { DirectChats } from './direct-chats.js';
import { type DirectNumbers, sendDirect } from './direct-sends.queries.js';
import { type Entry, type Findings, isMentioning } from './draft.js';
import { sentOf } from './sent.js';

/** In a mixed batch, fewer plain messages than this are not worth a statement of their own. */
const WORTH_A_STATEMENT = 8;

/** Milliseconds after a repeated key during which all batches use the long statement, which looks keys up first. */
const CAREFUL_MS = 250;

/** The fast path: messages that need no lookup before they are written. */
@Injectable()
export class DirectSends {
  private carefulUntil = 0;

  constructor(
    private readonly database: Database,
    private readonly chats: DirectChats,
  ) {}

  /**
   * Plain messages go to a known direct chat, are written as they were sent, are not replies and mention nobody: the insert
   * itself checks all else.
   * Once a sender or a chat has a message in `rest`, its later messages go there too, so that the order is kept.
   */
  plainOf(entries: Entry[], { unsure, contended }: Findings): { plain: DirectSend[]; rest: Entry[] } {
    const plain: DirectSend[] = [];
    const rest: Entry[] = [];
    if (unsure.size > 0 || contended || performance.now() < this.carefulUntil)
      return { plain, rest: entries };
    const behind = new Set<number | string>();
    for (const entry of entries) {
      const { draft } = entry;
      const chat = this.chats.of(draft);
      const isBehind = behind.size > 0 && (behind.has(draft.senderId) || behind.has(`chat ${chat?.chatId}`));
      const isPlain = draft.body.replyToId === null && draft.original === null && !isMentioning(entry);
      if (chat && isPlain && !isBehind) {
        plain.push({ entry, chat });
      } else {
        rest.push(entry);
        behind.add(draft.senderId);
        if (chat) behind.add(`chat ${chat.chatId}`);
      }
    }
    return rest.length > 0 && plain.length < WORTH_A_STATEMENT
      ? { plain: [], rest: entries }
      : { plain, rest };
  }

  /** False: the statement failed on a conflict and nothing is written. */
  async write(plain: DirectSend[]): Promise<boolean> {
    const batch = new DirectBatch(plain);
    let numbers: DirectNumbers;
    try {
      numbers = await sendDirect(this.database.impatient, batch);
    } catch (error) {
      if (!isConflict(error)) throw error;
      if (isUniqueViolation(error)) this.carefulUntil = performance.now() + CAREFUL_MS;
      else for (const { chat } of plain) this.chats.forget(chat.chatId);
      return false;
    }
    for (let i = 0; i < plain.length; i++) {
      const { entry, chat } = plain[i]!;
      entry.outcome = { ok: true, result: sentOf(entry, batch.numbersOf(i, numbers), chat) };
    }
    return true;
  }
}
