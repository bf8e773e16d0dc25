import { Injectable } from '@nestjs/common';
import type { Actor } from '../../commands/identity/actor.js';
import { authorize, type Membership } from '../../chats/access.js';
import type { MembershipRow } from '../../chats/membership.queries.js';
import type { MessageRow } from '../../database/models/message.model.js';
import { toMessageView } from '../model/message.view.js';
import { shownReactions } from '../model/shown.js';
import { ownReactionsIn, shownToAll } from '../../chats/shown.js';
import { membersOf } from '../../chats/audience.js';
import { AppError, type MessageView, type Permission } from '../../contract/index.js';
import type { Audience } from '../../delivery/publisher.js';
import { Database } from '../../database/database.js';
import type { Runner } from '../../database/statement.js';
import {
  lockChatOf,
  messageById,
  type MessageEvent,
  notSeenBy,
  placeOf,
  stampChange,
} from './change.queries.js';

/** A message to change; its chat is locked. */
export interface LockedMessage {
  chat: Membership;
  message: MessageRow;
  runner: Runner;
}

/** A message after a change, and whether anything changed. */
export interface Changed {
  chat: Membership;
  /** As all members see it. */
  view: MessageView;
  row: MessageRow;
  changed: boolean;
  /** The members who may see the message; the actor's own socket is left out. */
  audience: Audience;
}

/**
 * Changes existing messages. In a chat, changes run one after the other; each gets the chat's next version, so that
 * `sync` finds it.
 */
@Injectable()
export class MessageChanges {
  constructor(private readonly database: Database) {}

  /**
   * Runs `apply` under the lock of the message's chat; when it returns true the message and the chat get the
   * next version, and `event` is noted in the log of changes, with `details` (ids and flags).
   *
   * @throws AppError NOT_FOUND when the message does not exist or the actor is not a member of its chat.
   * @throws AppError FORBIDDEN without the permission. An error from `apply` rolls the change back.
   */
  async change(
    actor: Actor,
    permission: Permission,
    messageId: number,
    event: MessageEvent,
    apply: (changing: LockedMessage) => Promise<boolean>,
    details: object | null = null,
  ): Promise<Changed> {
    // Before its turn: how long it takes shows a stranger nothing of the chat.
    const { chatId } = await this.requireChatOf(actor, permission, messageId);
    return this.database.transactionInChat(chatId, async (runner) => {
      const chat = authorize(actor, permission, await this.lock(runner, messageId, actor));
      const message = await this.find(runner, messageId);
      if (message.seq <= chat.seesAfter) throw new AppError('NOT_FOUND');
      const changed = await apply({ chat, message, runner });
      if (changed) await stampChange(runner, { messageId, version: chat.version + 1, event, details });
      const after = changed ? await this.find(runner, messageId) : message;
      const audience = membersOf(chat, actor.origin);
      if (changed) audience.without = await notSeenBy(runner, { chatId: chat.chatId, seq: message.seq });
      const shown = await shownToAll(runner, [after]);
      return { chat, view: toMessageView(after, chat, shown), row: after, changed, audience };
    });
  }

  /**
   * The chat of a message and its seq, when the actor has the permission.
   *
   * @throws AppError NOT_FOUND, FORBIDDEN
   */
  async requireChatOf(
    actor: Actor,
    permission: Permission,
    messageId: number,
  ): Promise<Membership & { seq: number }> {
    const row = await placeOf(this.database, { messageId, userId: actor.userId });
    const chat = authorize(actor, permission, row);
    if (!row || row.seq <= chat.seesAfter) throw new AppError('NOT_FOUND');
    return { ...chat, seq: row.seq };
  }

  /** The view for the one who made the change: their reactions are marked. */
  async forActor({ userId }: Actor, { view, row }: Pick<Changed, 'view' | 'row'>): Promise<MessageView> {
    return { ...view, reactions: shownReactions(row, await ownReactionsIn(this.database, userId, [row])) };
  }

  private async lock(
    runner: Runner,
    messageId: number,
    { userId }: Actor,
  ): Promise<MembershipRow | undefined> {
    const row = await lockChatOf(runner, { messageId, userId });
    return row?.changed ? lockChatOf(runner, { messageId, userId }) : row;
  }

  /** @throws AppError NOT_FOUND */
  async find(runner: Runner, messageId: number): Promise<MessageRow> {
    const message = await messageById(runner, messageId);
    if (!message) throw new AppError('NOT_FOUND');
    return message;
  }
}

/** @throws AppError FORBIDDEN for a message that the server wrote. */
export function requireWritten(message: MessageRow): void {
  if (message.type === 'system') throw new AppError('FORBIDDEN');
}

/** @throws AppError NOT_FOUND for a message that was deleted for everyone. */
export function requireThere(message: MessageRow): void {
  if (message.deletedAt !== null) throw new AppError('NOT_FOUND');
}

/** Whether a message is being written: its text so far is in its stream. */
export const grows = ({ metadata, deletedAt }: Pick<MessageRow, 'metadata' | 'deletedAt'>): boolean =>
  metadata?.streaming === true && deletedAt === null;

/** How the stream of a message has ended, as the server has noted it in its metadata: no edit changes that. */
export function endOfStream({ metadata }: Pick<MessageRow, 'metadata'>): Record<string, unknown> {
  const { streaming } = metadata ?? {};
  return streaming === 'stopped' || streaming === 'interrupted' ? { streaming } : {};
}
