import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type ErasedCounts } from '../contract/index.js';
import { Database } from '../database/database.js';
import { MAX_PEOPLE_SHOWN } from '../reactions/reactions.service.js';
import { summarise } from '../reactions/reactions.queries.js';
import { Publisher } from '../delivery/publisher.js';
import { noteAgain } from '../groups/notes-again.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { mentionsOf } from '../messages/model/mentions.js';
import { toReactionsChanged } from '../messages/model/shown.js';
import { namesFor } from '../messages/model/system-messages.js';
import { Ending } from '../streams/ending.js';
import { addCount, type Leased, type Step } from './erasures.queries.js';
import { LeavingChats } from './leaving-chats.js';
import { OwnMessages } from './own-messages.js';
import {
  mentionsOfUser,
  notesAbout,
  reactedTo,
  removeMention,
  removeReactions,
  setContent,
  setMetadata,
  traces,
} from './traces.queries.js';

/** A part of a step. */
export interface Part {
  /** Where the next part begins; null: the step is done. */
  next: string | null;
  /** Milliseconds to wait before it, so that clients can follow. */
  restMs: number;
}

/** What erases is the application: it is no member of any chat. */
const APPLICATION: Actor = { userId: null, origin: null, isApplication: true };

const REACTIONS_AT_ONCE = 50;
const CHATS_AT_ONCE = 500;
const NOTES_AT_ONCE = 1_000;
const ROWS_AT_ONCE = 1_000;

/** The steps of an erasure. Each does a part at a time; a part that is done again finds nothing left to do. */
@Injectable()
export class ErasureSteps {
  constructor(
    private readonly database: Database,
    private readonly changes: MessageChanges,
    private readonly publisher: Publisher,
    private readonly own: OwnMessages,
    private readonly leaving: LeavingChats,
    private readonly streams: Ending,
  ) {}

  /** @throws an error of the database, after which the part can be done again. */
  async do(step: Step, erasure: Leased): Promise<Part> {
    switch (step) {
      case 'messages':
        // Of messages that are kept the words so far stand in their streams.
        if (erasure.messages === 'keep' && erasure.cursor === null)
          await this.streams.endAllOf(erasure.userId);
        return this.own.erase(erasure);
      case 'reactions':
        return this.reactions(erasure);
      case 'mentions':
        return this.mentions(erasure);
      case 'notes':
        return this.notes(erasure);
      case 'chats':
        return this.leaving.leave(erasure);
      case 'rows':
        return this.rows(erasure);
    }
  }

  private async reactions({ id, userId }: Leased): Promise<Part> {
    const found = await reactedTo(this.database, { userId, most: REACTIONS_AT_ONCE });
    for (const messageId of found) {
      let emoji: string[] = [];
      const changed = await this.change(messageId, id, 'reactions', async (runner) => {
        emoji = await removeReactions(runner, { messageId, userId });
        if (emoji.length === 0) return false;
        await summarise(runner, { messageId, most: MAX_PEOPLE_SHOWN, userId });
        return true;
      });
      if (!changed) await removeReactions(this.database, { messageId, userId });
      else if (emoji[0] !== undefined) {
        const change = { by: userId, emoji: emoji[0], added: false };
        this.publisher.publish(
          'reactionsChanged',
          toReactionsChanged(changed.view, change),
          changed.audience,
        );
      }
    }
    return { next: found.length < REACTIONS_AT_ONCE ? null : 'more', restMs: 0 };
  }

  private async mentions({ id, userId, cursor }: Leased): Promise<Part> {
    const from = Number(cursor ?? 1);
    const rows = await mentionsOfUser(this.database, { userId, from, most: CHATS_AT_ONCE });
    const { next } = rows.pop()!;
    for (const { chatId, seq, messageId } of rows) {
      if (chatId === null || seq === null) continue;
      const mention = { chatId, userId, seq };
      const changed =
        messageId !== null &&
        (await this.change(messageId, id, 'mentions', async (runner, message) => {
          await removeMention(runner, mention);
          if (!mentionsOf(message.metadata).includes(userId)) return false;
          await setMetadata(runner, { messageId, metadata: withoutMention(message.metadata, userId) });
          return true;
        }));
      if (!changed) await removeMention(this.database, mention);
      else this.publisher.publish('messageEdited', changed.view, changed.audience);
    }
    // Of a chat with many mentions there may be more.
    if (rows.length > 0) return { next: String(from), restMs: 0 };
    return { next: next === null ? null : String(next), restMs: 0 };
  }

  private async notes({ id, userId, cursor }: Leased): Promise<Part> {
    const after = Number(cursor ?? 0);
    const rows = await notesAbout(this.database, { userId, after, most: NOTES_AT_ONCE });
    const { next } = rows.pop()!;
    for (const { messageId } of rows) {
      if (messageId === null) continue;
      const changed = await this.change(messageId, id, 'notes', async (runner, message) => {
        const note = noteAgain(message.metadata ?? {});
        const { by } = message.metadata ?? {};
        const people = [...(note?.names ?? []), ...(typeof by === 'number' ? [by] : [])];
        const nameOf = await namesFor(runner, people);
        const content = note ? note.text(nameOf) : `A change of User ${userId}`;
        if (content === message.content || message.deletedAt !== null) return false;
        await setContent(runner, { messageId, content });
        return true;
      });
      if (changed) this.publisher.publish('messageEdited', changed.view, changed.audience);
    }
    return { next: next === null ? null : String(next), restMs: 0 };
  }

  private async rows({ id, userId, cursor }: Leased): Promise<Part> {
    const [table = 0, after = 0] = (cursor ?? '0:0').split(':').map(Number);
    const look = traces[table];
    if (look === undefined) return { next: null, restMs: 0 };
    const next = await this.database.transaction(async (tx) => {
      const { removed, next } = await look(tx, { userId, after, most: ROWS_AT_ONCE });
      if (removed > 0) await addCount(tx, { id, of: 'rows', more: removed });
      return next;
    });
    return { next: next === null ? `${table + 1}:0` : `${table}:${next}`, restMs: 0 };
  }

  /** Changes a message, and counts it; null when nothing changed, or its chat was deleted. */
  private async change(
    messageId: number,
    erasureId: number,
    of: keyof ErasedCounts,
    apply: (
      runner: Parameters<Parameters<MessageChanges['change']>[4]>[0]['runner'],
      message: Parameters<Parameters<MessageChanges['change']>[4]>[0]['message'],
    ) => Promise<boolean>,
  ) {
    try {
      const changed = await this.changes.change(
        APPLICATION,
        'message.edit',
        messageId,
        of === 'reactions' ? 'reactionsChanged' : 'messageEdited',
        async ({ runner, message }) => {
          if (!(await apply(runner, message))) return false;
          await addCount(runner, { id: erasureId, of, more: 1 });
          return true;
        },
      );
      return changed.changed ? changed : null;
    } catch (error) {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return null;
      throw error;
    }
  }
}

/** As sends store it: no data is null. */
function withoutMention(
  metadata: Record<string, unknown> | null,
  userId: number,
): Record<string, unknown> | null {
  const { mentions, ...rest } = metadata ?? {};
  const others = Array.isArray(mentions) ? (mentions as unknown[]).filter((one) => one !== userId) : [];
  const left = others.length > 0 ? { ...rest, mentions: others } : rest;
  return Object.keys(left).length === 0 ? null : left;
}
