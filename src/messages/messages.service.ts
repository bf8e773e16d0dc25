import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { authorize, type Membership } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import { shownTo } from '../chats/shown.js';
import { lockChat } from '../chats/membership.queries.js';
import { bodyOf, OWN_KEY, toMessageView } from './model/message.view.js';
import { fittingIn } from './model/message-size.js';
import { type SystemDraft, writeSystemMessage } from './model/system-messages.js';
import {
  AppError,
  type CommandInput,
  MAX_INTEGER,
  type MessagesPage,
  type MessageView,
} from '../contract/index.js';
import { PAGE_BYTES } from '../common/page-bytes.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
import { TypingService } from '../typing/typing.service.js';
import { notSeenBy } from './changes/change.queries.js';
import { MessageChanges } from './changes/message-changes.js';
import { AskedSends } from './send/asked-sends.js';
import { MessageWriter } from './send/message-writer.js';
import {
  type PageMessage,
  pageAfter,
  pageBefore,
  pageOfIds,
  systemMessageByKey,
} from './history/history.queries.js';

/** Sending messages and reading them back. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly database: Database,
    private readonly writer: MessageWriter,
    private readonly publisher: Publisher,
    private readonly typing: TypingService,
    private readonly changes: MessageChanges,
    private readonly asked: AskedSends,
  ) {}

  /**
   * Resolves once the message is committed. The statement that writes the message checks the permission
   * (`message.send`), by its snapshot. It runs again if memberships changed before it got the chat's lock (ADR 0008).
   *
   * With BEFORE_SEND_URL the application is asked first, with a `BeforeSend` the code in the process.
   *
   * @throws AppError as `MessageWriter.write`; RATE_LIMITED for a new direct chat, when the sender opened too many;
   * REFUSED_BY_APPLICATION
   */
  async send(actor: Actor, input: CommandInput<'sendMessage'>): Promise<MessageView> {
    const senderId = requireUserId(actor);
    if (input.chatId === undefined && input.receiverId === senderId) throw toOneself();
    const draft = {
      senderId,
      chatId: input.chatId ?? null,
      receiverId: input.receiverId ?? null,
      clientId: input.clientId ?? null,
      body: bodyOf(input),
      original: null,
    };
    const sent = await (this.asked.about(actor) ? this.asked.write(draft) : this.writer.write(draft));
    const { message, written } = sent;
    if (written) {
      const chat = { chatId: message.chatId, user1Id: sent.user1Id, user2Id: sent.user2Id };
      this.publisher.publish('newMessage', message, membersOf(chat, actor.origin));
      this.typing.sent(message.chatId, senderId);
    }
    return message;
  }

  /** Whether somebody is asked about what the actor sends, before others read it. */
  isAskedAbout(actor: Actor): boolean {
    return this.asked.about(actor);
  }

  /**
   * Sends a message of the application itself, without a sender, to any chat. If the key was used before, the result is
   * the message of then, in its present state. Members who may see it get it again: it is not known whether the first
   * event reached them, and clients drop a version that they already have.
   *
   * @throws AppError NOT_FOUND; IDEMPOTENCY_MISMATCH
   */
  async sendAsSystem(input: CommandInput<'sendSystemMessage'>): Promise<MessageView> {
    const { chatId, content, metadata = null, clientId } = input;
    const draft = {
      senderId: null,
      content,
      metadata,
      key: clientId === undefined ? null : OWN_KEY + clientId,
    };
    const { message, audience } = await this.database.transactionInChat(chatId, async (runner) => {
      const row = await lockChat(runner, chatId);
      if (!row) throw new AppError('NOT_FOUND');
      const chat = { chatId, user1Id: row.user1Id, user2Id: row.user2Id };
      const audience = membersOf(chat, null);
      const known = await systemMessageOf(runner, chat, draft);
      if (!known) return { message: await writeSystemMessage(runner, chat, draft), audience };
      const without = await notSeenBy(runner, { chatId, seq: known.seq });
      return { message: known, audience: { ...audience, without } };
    });
    this.publisher.publish('newMessage', message, audience);
    return message;
  }

  /**
   * Up to `limit` messages, or those with the `ids`, as many as fit into 256 KiB: `more` says that there are more in that
   * direction.
   *
   * @throws AppError NOT_FOUND
   */
  async page(actor: Actor, input: CommandInput<'getMessages'>): Promise<MessagesPage> {
    const { chatId, before = MAX_INTEGER, after, around, ids, limit } = input;
    const place = (at: number, most: number, bytes = PAGE_BYTES) => ({ chatId, at, most, bytes });
    if (ids !== undefined) return this.byIds(actor, chatId, ids);
    if (after !== undefined) return this.after(actor, place(after, limit));
    if (around === undefined) return this.before(actor, place(before, limit));
    const later = Math.floor((limit - 1) / 2);
    const [upTo, past] = await Promise.all([
      this.before(actor, place(around + 1, limit - later, PAGE_BYTES / 2)),
      this.after(actor, place(around, later, PAGE_BYTES / 2)),
    ]);
    // Two snapshots: the page is as old as the older one.
    const { lastSeq, version } = upTo.version <= past.version ? upTo : past;
    const { moreBefore } = upTo;
    const { moreAfter } = past;
    const messages = [...upTo.messages, ...past.messages];
    return { chatId, messages, more: moreBefore || moreAfter, moreBefore, moreAfter, lastSeq, version };
  }

  /** One message. @throws AppError NOT_FOUND, also when the actor has deleted it for themselves. */
  async one(actor: Actor, { messageId }: CommandInput<'getMessage'>): Promise<MessageView> {
    const { chatId } = await this.changes.requireChatOf(actor, 'message.read', messageId);
    const { messages } = await this.byIds(actor, chatId, [messageId]);
    if (!messages[0]) throw new AppError('NOT_FOUND');
    return messages[0];
  }

  private async before(actor: Actor, place: Place<number>): Promise<MessagesPage> {
    const { chat, messages, more } = await this.readPage(actor, pageBefore, place);
    messages.reverse();
    const { chatId, lastSeq, version } = chat;
    const moreAfter = place.at <= lastSeq && lastSeq > chat.seesAfter;
    return { chatId, messages, more, moreBefore: more, moreAfter, lastSeq, version };
  }

  private async after(actor: Actor, place: Place<number>): Promise<MessagesPage> {
    const { chat, messages, more } = await this.readPage(actor, pageAfter, place);
    const { chatId, lastSeq, version } = chat;
    const moreBefore = Math.min(place.at, lastSeq) > chat.seesAfter;
    return { chatId, messages, more, moreBefore, moreAfter: more, lastSeq, version };
  }

  private async byIds(actor: Actor, chatId: number, ids: readonly number[]): Promise<MessagesPage> {
    const at = [...new Set(ids)];
    const place = { chatId, at, most: at.length, bytes: PAGE_BYTES };
    const { chat, messages, more } = await this.readPage(actor, pageOfIds, place);
    const { lastSeq, version } = chat;
    return { chatId, messages, more, moreBefore: false, moreAfter: false, lastSeq, version };
  }

  /** The messages in the order of the statement. The permission is checked before anything that was read is returned. */
  private async readPage<At>(
    actor: Actor,
    page: (runner: Runner, read: Place<At> & { userId: number | null }) => ReturnType<typeof pageBefore>,
    { most, ...place }: Place<At>,
  ): Promise<{ chat: Membership; messages: MessageView[]; more: boolean }> {
    // One more than requested, to know whether there are more.
    const rows = await page(this.database, { ...place, most: most + 1, userId: actor.userId });
    const chat = authorize(actor, 'message.read', rows[0]?.chat ?? undefined);
    const found: PageMessage[] = [];
    for (const { message } of rows) if (message) found.push(message);
    const fitting = Math.min(most, fittingIn(place.bytes, found));
    const kept = found.slice(0, fitting);
    const shown = await shownTo(this.database, actor.userId, kept);
    const messages = kept.map((message) => toMessageView(message, chat, shown));
    return { chat, messages, more: found.length > fitting };
  }
}

/** Where a page of messages begins, or which ones it holds, and its bounds. */
interface Place<At> {
  chatId: number;
  at: At;
  most: number;
  bytes: number;
}

/** The message that was sent with the draft's key; null: none yet. The caller has locked the chat. */
async function systemMessageOf(
  runner: Runner,
  chat: { chatId: number; user1Id: number | null; user2Id: number | null },
  { key, content, metadata }: SystemDraft,
): Promise<MessageView | null> {
  if (key == null) return null;
  const known = await systemMessageByKey(runner, { key, chatId: chat.chatId, content, metadata });
  if (!known) return null;
  if (!known.same) throw new AppError('IDEMPOTENCY_MISMATCH');
  return toMessageView(known, chat);
}

function toOneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'receiverId', message: 'expected a receiver other than the sender' }],
  });
}
