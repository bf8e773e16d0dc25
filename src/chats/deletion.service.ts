import { Inject, Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { AuditService } from '../audit/audit.service.js';
import { Bus } from '../common/bus.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  AppError,
  type ChatClearedView,
  type ChatDeletedView,
  type CommandInput,
  type Permission,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { Access, authorize, isBlocked } from './access.js';
import { membersOf } from './audience.js';
import { clearForOne, deleteChat, deleteForOne } from './deletion.queries.js';
import { absentMembers, lockChat, membershipOf } from './membership.queries.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /**
     * A chat was deleted. The command waits for the listeners before it answers: what they remove in their first step
     * is gone by then.
     */
    chatDeleted: { chatId: number; memberIds: readonly number[] };
  }
}

/** Deletes chats: for everyone, or for one user only. */
@Injectable()
export class DeletionService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
    private readonly audit: AuditService,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Empties a chat for the actor, on all their devices, and takes it out of their list until a new message comes. Their
   * role and settings in it stay, and others see no difference. Again it is the same.
   *
   * @throws AppError NOT_FOUND
   */
  async clear(actor: Actor, { chatId }: CommandInput<'clearChat'>): Promise<ChatClearedView> {
    const userId = requireUserId(actor);
    const { isNew, ...cleared } = await this.clearFor(actor, userId, 'chat.clear', chatId);
    if (isNew) this.publisher.publish('chatCleared', cleared, { users: [userId], except: actor.origin });
    return cleared;
  }

  /**
   * Deletes a chat and its messages for everyone. The permission is checked under the chat's lock, as for other changes
   * of groups. It is also checked before, so that an actor without it neither locks nor waits.
   *
   * A direct chat whose other user blocks the actor is deleted for the actor only, with the same answer: what was
   * written stays for the one who blocks (docs/adr/0020), until they have deleted it as well.
   *
   * With `DIRECT_DELETE=me` a user clears a direct chat for themselves, whoever blocks whom. The application deletes for
   * everyone.
   *
   * @throws AppError NOT_FOUND
   * @throws AppError FORBIDDEN in a group, unless the actor is its owner.
   */
  async delete(actor: Actor, { chatId }: { chatId: number }): Promise<ChatDeletedView> {
    const chat = await this.access.require(actor, 'chat.delete', chatId);
    const { userId } = actor;
    if (chat.type === 'direct' && userId !== null && this.config.directDelete === 'me') {
      return this.deleteForMe(actor, userId, chatId);
    }
    const { gone, without } = await this.database.transactionInChat(chatId, async (tx) => {
      await lockChat(tx, chatId);
      const member = authorize(actor, 'chat.delete', await membershipOf(tx, { chatId, userId }));
      const without =
        chat.type === 'direct'
          ? (await absentMembers(tx, chatId)).filter(({ gone }) => gone).map(({ userId }) => userId)
          : [];
      const onlyForOne = userId !== null && isBlocked(member) && without.length === 0;
      const gone = onlyForOne ? await deleteForOne(tx, { chatId, userId }) : await deleteChat(tx, chatId);
      // What a user does with their own direct chat is no deed of an admin.
      if (gone && (userId === null || chat.type === 'group')) {
        const { memberIds } = gone;
        const whose = chat.type === 'direct' ? { memberIds } : { memberCount: memberIds.length };
        await this.audit.record(actor, 'chatDeleted', { chatId, details: { type: chat.type, ...whose } }, tx);
      }
      return { gone, without };
    });
    if (!gone) throw new AppError('NOT_FOUND');
    const { memberIds, invitedIds, ...deleted } = gone;
    if (memberIds.length === 0) {
      this.publisher.publish('chatDeleted', deleted, { users: [requireUserId(actor)], except: actor.origin });
      return deleted;
    }
    this.publisher.publish('chatDeleted', deleted, { ...membersOf(chat, actor.origin), without });
    this.publisher.publish('invitationEnded', { chatId, reason: 'revoked' }, { users: invitedIds });
    this.publisher.closeChat(chatId);
    await this.bus.emitAndWait('chatDeleted', { chatId, memberIds });
    return deleted;
  }

  private async deleteForMe(actor: Actor, userId: number, chatId: number): Promise<ChatDeletedView> {
    const { version, changed, isNew } = await this.clearFor(actor, userId, 'chat.delete', chatId);
    const deleted = { chatId, version, changed };
    if (isNew) this.publisher.publish('chatDeleted', deleted, { users: [userId], except: actor.origin });
    return deleted;
  }

  private async clearFor(
    actor: Actor,
    userId: number,
    permission: Permission,
    chatId: number,
  ): Promise<ChatClearedView & { isNew: boolean }> {
    await this.access.require(actor, permission, chatId);
    const cleared = await this.database.transactionInChat(chatId, async (tx) => {
      // Under the lock, so that a message comes either before it and is cleared, or after it and brings the chat back.
      await lockChat(tx, chatId);
      const { lastSeq, version } = authorize(actor, permission, await membershipOf(tx, { chatId, userId }));
      const isNew = (await clearForOne(tx, { chatId, userId })) > 0;
      return { chatId, seq: lastSeq, version, changed: false as const, isNew };
    });
    if (cleared.isNew) this.bus.emit('unreadChanged', { chatId, userIds: [userId] });
    return cleared;
  }
}
