import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { authorize } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
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
import { MessageWriter } from './send/message-writer.js';
import { type PageMessage, pageAfter, pageBefore, systemMessageByKey } from './history/history.queries.js';

/** Sending messages and reading them back. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly database: Database,
    private readonly writer: MessageWriter,
    private readonly publisher: Publisher,
    private readonly typing: TypingService,
  ) {}

  /**
   * Resolves once the message is committed. The statement that writes the message checks the permission
   * (`message.send`), by its snapshot. It runs again if memberships changed before it got the chat's lock (ADR 0008).
   *
   * @throws AppError as `MessageWriter.write`; RATE_LIMITED for a new direct chat, when the sender opened too many
   */
  async send(actor: Actor, input: CommandInput<'sendMessage'>): Promise<MessageView> {
    const senderId = requireUserId(actor);
    if (input.receiverId === senderId) throw toOneself();
    const sent = await this.writer.write({
      senderId,
      chatId: input.chatId ?? null,
      receiverId: input.receiverId ?? null,
      clientId: input.clientId ?? null,
      body: bodyOf(input),
    });
    const { message, written } = sent;
    if (written) {
      const chat = { chatId: message.chatId, user1Id: sent.user1Id, user2Id: sent.user2Id };
      this.publisher.publish('newMessage', message, membersOf(chat, actor.origin));
      this.typing.sent(message.chatId, senderId);
    }
    return message;
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
    const { message, audience } = await this.database.transaction(async (runner) => {
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
   * Up to `limit` messages, as many as fit into 1 MiB: `more` says that there are more in that direction.
   *
   * @throws AppError NOT_FOUND
   */
  async page(actor: Actor, input: CommandInput<'getMessages'>): Promise<MessagesPage> {
    const { before = MAX_INTEGER, after, around, limit } = input;
    const read = (page: typeof pageBefore, seq: number, most: number, bytes = PAGE_BYTES) =>
      this.readPage(actor, page, { chatId: input.chatId, seq, most, bytes });
    if (after !== undefined) return read(pageAfter, after, limit);
    if (around === undefined) return read(pageBefore, before, limit);
    const later = Math.floor((limit - 1) / 2);
    const [upTo, past] = await Promise.all([
      read(pageBefore, around + 1, limit - later, PAGE_BYTES / 2),
      read(pageAfter, around, later, PAGE_BYTES / 2),
    ]);
    return { ...upTo, messages: [...upTo.messages, ...past.messages], more: upTo.more || past.more };
  }

  /** The messages, oldest first. The permission is checked before anything that was read is returned. */
  private async readPage(
    actor: Actor,
    page: typeof pageBefore,
    { most, ...place }: { chatId: number; seq: number; most: number; bytes: number },
  ): Promise<MessagesPage> {
    // One more than requested, to know whether there are more.
    const rows = await page(this.database, { ...place, most: most + 1, userId: actor.userId });
    const chat = authorize(actor, 'message.read', rows[0]?.chat ?? undefined);
    const found: PageMessage[] = [];
    for (const { message } of rows) if (message) found.push(message);
    const fitting = Math.min(most, fittingIn(place.bytes, found));
    const messages = found.slice(0, fitting).map((message) => toMessageView(message, chat));
    if (page === pageBefore) messages.reverse();
    return { chatId: chat.chatId, messages, more: found.length > fitting };
  }
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
