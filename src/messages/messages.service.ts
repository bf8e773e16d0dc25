import { Injectable } from '@nestjs/common';
import { type Actor, personOf } from '../auth/actor.js';
import { judge } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import type { ChatRow } from '../chats/chat.view.js';
import { lockChat } from '../chats/group.queries.js';
import { type MessageRow, toMessageView } from '../chats/message.view.js';
import { writeSystemMessage } from '../chats/system-messages.js';
import {
  AppError,
  type CommandInput,
  MAX_INTEGER,
  type MessagesPage,
  type MessageView,
} from '../contract/index.js';
import { Sql, type Statement } from '../database/sql.js';
import { Publisher } from '../realtime/publisher.js';
import { TypingService } from '../typing/typing.service.js';
import { MessageWriter } from './message-writer.js';
import { type ChatOfPage, pageAfter, pageBefore } from './messages.queries.js';

interface PageRead {
  statement: Statement;
  chatId: number;
  seq: number;
  most: number;
}

/** Sending messages and reading them back. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly sql: Sql,
    private readonly writer: MessageWriter,
    private readonly publisher: Publisher,
    private readonly typing: TypingService,
  ) {}

  /**
   * Resolves once the message is committed. The permission (`message.send`) is checked by the statement that
   * writes it, by its snapshot; it is run again when memberships changed before it had the chat's lock (ADR 0008).
   *
   * @throws AppError as `MessageWriter.write`
   */
  async send(actor: Actor, input: CommandInput<'sendMessage'>): Promise<MessageView> {
    const senderId = personOf(actor);
    if (input.receiverId === senderId) throw toOneself();
    const sent = await this.writer.write({
      senderId,
      chatId: input.chatId ?? null,
      receiverId: input.receiverId ?? null,
      clientId: input.clientId ?? null,
      content: input.content,
      replyToId: input.replyToId ?? null,
      metadata: input.metadata ?? null,
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
   * A message of the application itself, to any chat: what its own backend sends in nobody's name.
   *
   * @throws AppError NOT_FOUND
   */
  async sendAsSystem(input: CommandInput<'sendSystemMessage'>): Promise<MessageView> {
    const { chatId, content, metadata = null } = input;
    const { chat, message } = await this.sql.transaction(async (runner) => {
      const [row] = await runner.rows<ChatRow>(lockChat, [chatId]);
      if (!row) throw new AppError('NOT_FOUND');
      const chat = { chatId, user1Id: row.user1Id, user2Id: row.user2Id };
      return { chat, message: await writeSystemMessage(runner, chat, { senderId: null, content, metadata }) };
    });
    this.publisher.publish('newMessage', message, membersOf(chat, null));
    return message;
  }

  /** @throws AppError NOT_FOUND */
  async page(actor: Actor, input: CommandInput<'getMessages'>): Promise<MessagesPage> {
    const { before = MAX_INTEGER, after, around, limit } = input;
    const read = (statement: Statement, seq: number, most: number) =>
      this.readPage(actor, { statement, chatId: input.chatId, seq, most });
    if (after !== undefined) return read(pageAfter, after, limit);
    if (around === undefined) return read(pageBefore, before, limit);
    const later = Math.floor((limit - 1) / 2);
    const [upTo, past] = await Promise.all([
      read(pageBefore, around + 1, limit - later),
      read(pageAfter, around, later),
    ]);
    return { ...upTo, messages: [...upTo.messages, ...past.messages], more: upTo.more || past.more };
  }

  /** The messages by seq, oldest first. Nothing that was read is shown unless the permission is there. */
  private async readPage(actor: Actor, { statement, chatId, seq, most }: PageRead): Promise<MessagesPage> {
    // One more than is asked for, to know whether there is more.
    const values = [chatId, seq, most + 1, actor.userId];
    const [first, ...rows] = await this.sql.rows<ChatOfPage | MessageRow>(statement, values);
    const chat = judge(actor, 'message.read', (first as ChatOfPage | undefined)?.chat);
    const messages = (rows as MessageRow[]).slice(0, most).map((row) => toMessageView(row, chat));
    if (statement === pageBefore) messages.reverse();
    return { chatId: chat.chatId, messages, more: rows.length > most };
  }
}

function toOneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'receiverId', message: 'expected a receiver other than the sender' }],
  });
}
