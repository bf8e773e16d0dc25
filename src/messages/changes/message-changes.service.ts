import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../../commands/identity/actor.js';
import type { Membership } from '../../chats/access.js';
import { isAllowed } from '../../chats/permissions.js';
import {
  AppError,
  isBlank,
  type CommandInput,
  type DeletedMessageView,
  type EditedMessageView,
  type MessageDeletedView,
  type MessageEditView,
} from '../../contract/index.js';
import { PAGE_BYTES, withinPage } from '../../common/page-bytes.js';
import { Bus } from '../../common/bus.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { Database } from '../../database/database.js';
import type { MessageRow } from '../../database/models/message.model.js';
import type { Runner } from '../../database/statement.js';
import { ALL, mayNotMentionAll, mentionsOf, noSuchMention } from '../model/mentions.js';
import { Publisher } from '../../delivery/publisher.js';
import {
  awaitUnreadMarks,
  changeMentions,
  editsOf,
  emptyMessage,
  hideMessage,
  keepEdit,
  membersAmong,
  setBody,
  uncount,
} from './change.queries.js';
import { lockStream } from '../streamed.queries.js';
import { AskedEdits } from './asked-edits.js';
import { endOfStream, grows, MessageChanges, requireThere, requireWritten } from './message-changes.js';

/** Most earlier versions of one message that are kept: the newest. */
const MAX_EDITS = 1_000;

/** Most earlier versions in one answer. */
const MAX_EDITS_SHOWN = 100;

/** Edits, deletes and hides messages that have been sent. */
@Injectable()
export class MessageLifeService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly changes: MessageChanges,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
    private readonly asked: AskedEdits,
  ) {}

  /**
   * Changes the text of a message, its metadata, or both; members get `messageEdited`. The same again is no change.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for a message of another user or of the server, because of a block, or when
   * all are mentioned anew by somebody who may not;
   * VALIDATION_FAILED when nothing would be left, somebody is mentioned anew who is no member, or `replyToId` differs;
   * REFUSED_BY_APPLICATION
   */
  async edit(
    actor: Actor,
    { messageId, ...wanted }: CommandInput<'editMessage'>,
  ): Promise<EditedMessageView> {
    const edit = await this.asked.editOf(actor, messageId, wanted);
    let mentioned: readonly number[] = [];
    const { chat, view, row, changed, audience } = await this.changes.change(
      actor,
      'message.edit',
      messageId,
      'messageEdited',
      async ({ chat, message, runner }) => {
        mentioned = [];
        requireThere(message);
        requireWritten(message);
        if (actor.userId !== null && message.senderId !== actor.userId) throw new AppError('FORBIDDEN');
        if (edit.replyToId !== undefined && edit.replyToId !== message.replyToId) throw otherReply();
        const { content = message.content } = edit;
        const metadata =
          edit.metadata === undefined
            ? message.metadata
            : storedMetadata({ ...edit.metadata, ...endOfStream(message) });
        if (isBlank(content) && Object.keys(metadata ?? {}).length === 0) throw nothingLeft();
        const sameWords = message.content === content;
        const sameData = isDeepStrictEqual(message.metadata, metadata);
        if (sameWords && sameData) return false;
        if (!sameWords) await keepEdit(runner, { messageId, most: MAX_EDITS });
        if (!sameData) mentioned = await this.moveMentions(runner, chat, message, metadata);
        await setBody(runner, { messageId, content, metadata });
        return true;
      },
    );
    if (changed) {
      this.publisher.publish('messageEdited', view, audience);
      this.bus.emit('unreadChanged', { chatId: chat.chatId, userIds: mentioned });
    }
    const edited = await this.changes.forActor(actor, { view, row });
    return changed ? edited : { ...edited, changed };
  }

  /**
   * For everyone: empties the message and keeps its place in the chat. What its sender deletes can be reported for
   * KEEP_DELETED_SECONDS. For me: hides it on all devices of the actor.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for deleting another user's message for everyone, unless the actor is an
   * admin of the group.
   */
  async delete(actor: Actor, input: CommandInput<'deleteMessage'>): Promise<DeletedMessageView> {
    return input.for === 'me' ? this.hide(actor, input.messageId) : this.empty(actor, input.messageId);
  }

  /**
   * Up to 100 earlier versions, as many as fit into 256 KiB; empty after the last.
   *
   * @throws AppError NOT_FOUND
   */
  async edits(
    actor: Actor,
    { messageId, after }: CommandInput<'getMessageEdits'>,
  ): Promise<MessageEditView[]> {
    await this.changes.requireChatOf(actor, 'message.read', messageId);
    const page = { messageId, after, most: MAX_EDITS_SHOWN, bytes: PAGE_BYTES };
    return withinPage(await editsOf(this.database, page));
  }

  /**
   * Who is mentioned no longer is not counted any more, and who is mentioned anew is, if they are a member. Resolves with
   * those of both who have not read the message.
   */
  private async moveMentions(
    runner: Runner,
    chat: Membership,
    { id: messageId, metadata: former }: MessageRow,
    metadata: MessageRow['metadata'],
  ): Promise<readonly number[]> {
    const before = mentionsOf(former);
    const after = mentionsOf(metadata);
    const added = after.filter((userId) => !before.includes(userId));
    if (added.includes(ALL) && !isAllowed('message.mentionAll', chat)) throw mayNotMentionAll();
    const people = added.filter((userId) => userId !== ALL);
    const { chatId } = chat;
    if (people.length > 0 && (await membersAmong(runner, { chatId, userIds: people })) < people.length)
      throw noSuchMention();
    const removed = before.filter((userId) => !after.includes(userId));
    if (added.length + removed.length === 0) return [];
    return changeMentions(runner, { messageId, added, removed, version: chat.version + 1 });
  }

  private async empty(actor: Actor, messageId: number): Promise<MessageDeletedView> {
    let late: readonly number[] = [];
    const { chat, view, changed, audience } = await this.changes.change(
      actor,
      'message.delete',
      messageId,
      'messageDeleted',
      async ({ chat, message, runner }) => {
        if (actor.userId !== null) requireWritten(message);
        const own = actor.userId === null || message.senderId === actor.userId;
        if (!own && !isAllowed('message.deleteAny', chat)) throw new AppError('FORBIDDEN');
        if (message.deletedAt !== null) return false;
        await awaitUnreadMarks(runner, chat.chatId);
        late = await uncount(runner, messageId);
        // What somebody else deletes was judged already, and nobody else has read what is in a chat with oneself.
        const wasRead = message.senderId === actor.userId && (chat.user1Id ?? 0) !== chat.user2Id;
        if (grows(message)) await lockStream(runner, messageId);
        await emptyMessage(runner, { messageId, kept: wasRead && this.config.keepDeletedMs > 0 });
        return true;
      },
    );
    const deleted: MessageDeletedView = {
      messageId,
      chatId: chat.chatId,
      seq: view.seq,
      version: view.version,
      for: 'everyone',
      deletedAt: view.deletedAt!,
    };
    if (!changed) return { ...deleted, changed };
    this.publisher.publish('messageDeleted', deleted, audience);
    this.bus.emit('unreadChanged', { chatId: chat.chatId, userIds: late });
    return deleted;
  }

  private async hide(actor: Actor, messageId: number): Promise<DeletedMessageView> {
    const userId = requireUserId(actor);
    const { chatId, seq } = await this.changes.requireChatOf(actor, 'message.hide', messageId);
    await hideMessage(this.database, { userId, messageId });
    const hidden = { chatId, messageId, seq };
    this.publisher.publish('messageHidden', hidden, { users: [userId], except: actor.origin });
    return { ...hidden, for: 'me' };
  }
}

/** As sends store it: no data is null. */
const storedMetadata = (metadata: Record<string, unknown>) =>
  Object.keys(metadata).length === 0 ? null : metadata;

function otherReply(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [
      {
        path: 'replyToId',
        message: 'expected it as the message has it, or left out: an edit can not change what it replies to',
      },
    ],
  });
}

function nothingLeft(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'content', message: 'expected text that is not blank, or metadata' }],
  });
}
