import { Injectable, Logger } from '@nestjs/common';
import { Bus } from '../../common/bus.js';
import { KnownUsers } from '../../users/directory/known-users.js';
import { blockedByOther, blockingOther } from '../../blocks/blocks.js';
import { adminsOnly, silenced, tooSoon } from '../../chats/rules.js';
import { ownReactionsIn, shownToAll } from '../../chats/shown.js';
import { repliedForAll } from '../../chats/shown.queries.js';
import { DirectChatsService } from '../../chats/direct-chats.service.js';
import { mayNotMentionAll, noSuchMention } from '../model/mentions.js';
import { toMessageView } from '../model/message.view.js';
import { AppError } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { Limits } from '../../commands/limits/limits.js';
import { DirectChats, pairOf } from './direct-chats.js';
import type { Entry, Findings, Sent } from './draft.js';
import { messagesByIds } from '../history/history.queries.js';
import { lockChats, type SentRow, statementFor, verdicts } from './send.queries.js';
import { atFirst, sentOf } from './sent.js';

/** The full path: looks up everything about a message, and refuses each message on its own. */
@Injectable()
export class ValidatedSends {
  private readonly logger = new Logger(ValidatedSends.name);
  /** Entries whose new chat has been counted on a sender's rate limit: a retry of the batch does not count it again. */
  private readonly charged = new WeakSet<Entry>();

  constructor(
    private readonly database: Database,
    private readonly chats: DirectChats,
    private readonly users: KnownUsers,
    private readonly directChats: DirectChatsService,
    private readonly limits: Limits,
    private readonly bus: Bus,
  ) {}

  /** Runs the full statement once. Returns the entries to run again. */
  async run(entries: Entry[], { unsure, contended }: Findings): Promise<Entry[]> {
    const missing = await this.users.missing(peopleOf(entries));
    if (missing.size > 0) return refuseUnknown(entries, missing);
    const send = statementFor(entries);
    const rows = contended
      ? await this.database.transactionAtOnce(async (tx) => {
          await lockChats(tx, entries);
          return send(tx, entries);
        })
      : await send(this.database.impatient, entries);
    await this.readAgain(rows);
    const again: Entry[] = [];
    const originals: [Entry, SentRow][] = [];
    for (const row of rows) {
      const entry = entries[row.idx - 1]!;
      switch (row.verdict) {
        case verdicts.written:
          entry.outcome = { ok: true, result: this.writtenOf(entry, row) };
          if (this.charged.has(entry)) this.opened(entry);
          break;
        case verdicts.duplicate:
        case verdicts.unseen:
          originals.push([entry, row]);
          break;
        case verdicts.noDirectChat:
          again.push(entry);
          break;
        case verdicts.mismatch:
          entry.outcome = { ok: false, error: new AppError('IDEMPOTENCY_MISMATCH') };
          break;
        case verdicts.notFound:
          entry.outcome = { ok: false, error: new AppError('NOT_FOUND') };
          break;
        case verdicts.otherReceiver:
          entry.outcome = { ok: false, error: otherReceiver() };
          break;
        case verdicts.noReply:
          entry.outcome = { ok: false, error: noSuchReply() };
          break;
        case verdicts.noMention:
          entry.outcome = { ok: false, error: noSuchMention() };
          break;
        case verdicts.mentionsAll:
          entry.outcome = { ok: false, error: mayNotMentionAll() };
          break;
        case verdicts.adminsOnly:
          entry.outcome = { ok: false, error: adminsOnly() };
          break;
        case verdicts.silenced:
          entry.outcome = { ok: false, error: silenced(row.waitMs ?? 0) };
          break;
        case verdicts.tooSoon:
          entry.outcome = { ok: false, error: tooSoon(row.waitMs ?? 0) };
          break;
        case verdicts.blocked:
          entry.outcome = { ok: false, error: blockedByOther() };
          break;
        case verdicts.blocking:
          entry.outcome = { ok: false, error: blockingOther() };
          break;
        case verdicts.closed:
          entry.outcome = { ok: false, error: new AppError('USER_DEACTIVATED') };
          break;
      }
    }
    if (originals.length > 0) await this.answerOriginals(originals, unsure);
    const opening = again.length > 0 ? this.charge(again) : again;
    if (opening.length > 0) {
      const pairs = opening.map(({ draft }) => ({ one: draft.senderId, other: draft.receiverId! }));
      await this.directChats.openAll(pairs, { unlessBlocked: true, origin: null });
    }
    return opening;
  }

  /**
   * What was edited or deleted while the statement waited for the chat is shown in replies as it is now. If it can't be read,
   * they show nothing: they are committed, and clients ask for what a reply does not show.
   */
  private async readAgain(rows: readonly SentRow[]): Promise<void> {
    const moved = rows.filter((row) => row.moved);
    if (moved.length === 0) return;
    const ids = [...new Set(moved.flatMap(({ reply }) => reply?.messageId ?? []))];
    const found = await repliedForAll(this.database.impatient, ids).catch((error: unknown) => {
      this.logger.warn(`Could not read what was replied to again: ${String(error)}`);
      return [];
    });
    const replied = new Map(found.map((row) => [row.messageId, row]));
    for (const row of moved) row.reply = (row.reply && replied.get(row.reply.messageId)) ?? null;
  }

  private opened({ draft: { senderId, receiverId } }: Entry): void {
    if (receiverId !== null) this.bus.emit('directChatOpened', { user1Id: senderId, user2Id: receiverId });
  }

  private writtenOf(entry: Entry, row: SentRow): Sent {
    const { id, chatId, user1Id, user2Id, seq, version, createdAt, reply } = row;
    if (id === null || chatId === null || seq === null || version === null || createdAt === null) {
      throw new Error(
        'sendMessages returned a written message without its id, chat, seq, version or createdAt',
      );
    }
    if (user1Id !== null && user2Id !== null) this.chats.remember(chatId, user1Id, user2Id);
    return sentOf(entry, { id, seq, version, createdAt }, { chatId, user1Id, user2Id }, reply);
  }

  private async answerOriginals(originals: [Entry, SentRow][], unsure: ReadonlySet<Entry>): Promise<void> {
    const rows = await messagesByIds(
      this.database,
      originals.flatMap(([, { id }]) => id ?? []),
    );
    const { replies } = await shownToAll(this.database, rows);
    for (const [entry, { id, verdict }] of originals) {
      const row = rows.find((one) => one.id === id);
      if (!row) {
        entry.outcome = { ok: false, error: new AppError('NOT_FOUND') };
        continue;
      }
      const { user1Id, user2Id } = row;
      const isUnseen = verdict === verdicts.unseen;
      const written = unsure.has(entry);
      // What is published as new is not marked as anybody's.
      const own = written ? null : await ownReactionsIn(this.database, entry.draft.senderId, [row]);
      const shown = isUnseen ? null : { replies, own };
      const message = toMessageView(isUnseen ? atFirst(row, entry) : row, row, shown);
      entry.outcome = { ok: true, result: { message, user1Id, user2Id, written } };
    }
  }

  /**
   * Counts each chat to open once, on the first sender who is within their rate limit. Senders over the limit are
   * refused. This concerns users on sockets only: over REST a message goes to a chat. Returns the rest.
   */
  private charge(entries: Entry[]): Entry[] {
    const paid = new Set<string>();
    return entries.filter((entry) => {
      const { senderId, receiverId } = entry.draft;
      const pair = pairOf(senderId, receiverId!);
      try {
        if (!this.charged.has(entry) && !paid.has(pair)) this.limits.opening(senderId);
      } catch (error) {
        entry.outcome = { ok: false, error };
        return false;
      }
      this.charged.add(entry);
      paid.add(pair);
      return true;
    });
  }
}

function peopleOf(entries: readonly Entry[]): Set<number> {
  const people = new Set<number>();
  for (const { draft } of entries) {
    people.add(draft.senderId);
    if (draft.chatId === null && draft.receiverId !== null) people.add(draft.receiverId);
  }
  return people;
}

/** Refuses messages from or to users who do not exist. Returns the rest. */
function refuseUnknown(entries: readonly Entry[], missing: ReadonlySet<number>): Entry[] {
  return entries.filter((entry) => {
    const { senderId, chatId, receiverId } = entry.draft;
    const opens = chatId === null && receiverId !== null;
    const known = !missing.has(senderId) && !(opens && missing.has(receiverId));
    if (!known) entry.outcome = { ok: false, error: new AppError('NOT_FOUND') };
    return known;
  });
}

function otherReceiver(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [
      {
        path: 'receiverId',
        message: 'expected the other user of the direct chat `chatId`, or one of the two alone',
      },
    ],
  });
}

function noSuchReply(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'replyToId', message: 'expected the id of a message in this chat' }],
  });
}
