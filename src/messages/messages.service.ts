import { Injectable } from '@nestjs/common';
import { type Actor, personOf } from '../auth/actor.js';
import { Access, type Membership } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import { type MessageRow, toMessageView } from '../chats/message.view.js';
import {
  AppError,
  type CommandInput,
  MAX_INTEGER,
  type MessagesPage,
  type MessageView,
} from '../contract/index.js';
import { Sql, type Statement } from '../database/sql.js';
import { Publisher } from '../realtime/publisher.js';
import { MessageWriter } from './message-writer.js';
import { pageAfter, pageBefore } from './messages.queries.js';

/** Sending messages and reading them back. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly sql: Sql,
    private readonly access: Access,
    private readonly writer: MessageWriter,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Resolves once the message is committed. The permission (`message.send`) is checked by the statement that
   * writes it, under the lock of the membership.
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
    }
    return message;
  }

  /** @throws AppError NOT_FOUND */
  async page(actor: Actor, input: CommandInput<'getMessages'>): Promise<MessagesPage> {
    const chat = await this.access.require(actor, 'message.read', input.chatId);
    const { after, around, limit } = input;
    if (around !== undefined) return this.pageAround(chat, around, limit);
    if (after !== undefined) return this.read(chat, pageAfter, after, limit);
    const { messages, ...page } = await this.read(chat, pageBefore, input.before ?? MAX_INTEGER, limit);
    return { ...page, messages: messages.reverse() };
  }

  private async pageAround(chat: Membership, seq: number, limit: number): Promise<MessagesPage> {
    const later = Math.floor((limit - 1) / 2);
    const [upTo, after] = await Promise.all([
      this.read(chat, pageBefore, seq + 1, limit - later),
      this.read(chat, pageAfter, seq, later),
    ]);
    const messages = [...upTo.messages.reverse(), ...after.messages];
    return { chatId: chat.chatId, messages, more: upTo.more || after.more };
  }

  /** In the order of the statement; one more than the page is asked for, to know whether there is more. */
  private async read(
    chat: Membership,
    statement: Statement,
    seq: number,
    limit: number,
  ): Promise<MessagesPage> {
    const rows = await this.sql.rows<MessageRow>(statement, [chat.chatId, seq, limit + 1, chat.userId]);
    const messages = rows.slice(0, limit).map((row) => toMessageView(row, chat));
    return { chatId: chat.chatId, messages, more: rows.length > limit };
  }
}

function toOneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'receiverId', message: 'expected a receiver other than the sender' }],
  });
}
