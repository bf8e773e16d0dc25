import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { toChatView } from '../chats/chat.view.js';
import { deleteChat } from '../chats/deletion.queries.js';
import { lockChat } from '../chats/membership.queries.js';
import type { Actor } from '../commands/identity/actor.js';
import { Bus } from '../common/bus.js';
import { AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { LeavingService } from '../groups/leaving.service.js';
import { chatsOf, closeDirectChat, isThereForOther, noteErased } from './chats.queries.js';
import { addCount, type Leased } from './erasures.queries.js';
import type { Part } from './erasure-steps.js';

const APPLICATION: Actor = { userId: null, origin: null, isApplication: true };

const AT_ONCE = 20;

/** The chats of a person who is erased. */
@Injectable()
export class LeavingChats {
  constructor(
    private readonly database: Database,
    private readonly groups: LeavingService,
    private readonly audit: AuditService,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  /** Takes the person out of some of their chats. */
  async leave({ id, userId }: Leased): Promise<Part> {
    const chats = await chatsOf(this.database, { userId, most: AT_ONCE });
    for (const { chatId, type } of chats) {
      if (type === 'direct') await this.close(id, chatId, userId);
      else await this.leaveGroup(id, chatId, userId);
    }
    return { next: chats.length < AT_ONCE ? null : 'more', restMs: 0 };
  }

  /** As if the application removed them: an owner hands over, and a group without members is deleted. */
  private async leaveGroup(erasureId: number, chatId: number, userId: number): Promise<void> {
    await noteErased(this.database, { chatId, userId });
    try {
      await this.groups.remove(APPLICATION, { chatId, userId });
    } catch (error) {
      // The group is gone, or they are: another node was faster.
      if (error instanceof AppError && error.code === 'NOT_FOUND') return;
      throw error;
    }
    await addCount(this.database, { id: erasureId, of: 'groups', more: 1 });
  }

  /**
   * The other user keeps the chat, and nobody can write in it any more. One that nobody else has is deleted: that with
   * oneself, and one that the other has deleted or whose other user was erased as well.
   */
  private async close(erasureId: number, chatId: number, userId: number): Promise<void> {
    const done = await this.database.transactionInChat(chatId, async (tx) => {
      const chat = await lockChat(tx, chatId);
      if (!chat) return null;
      await addCount(tx, { id: erasureId, of: 'directChats', more: 1 });
      if (!(await isThereForOther(tx, { chatId, userId }))) {
        await deleteChat(tx, chatId);
        const details = { type: 'direct', withoutMembers: true };
        await this.audit.record(APPLICATION, 'chatDeleted', { chatId, details }, tx);
        return { chat, isDeleted: true };
      }
      await noteErased(tx, { chatId, userId });
      return { chat: await closeDirectChat(tx, { chatId, userId }), isDeleted: false };
    });
    if (!done) return;
    const { chat, isDeleted } = done;
    if (isDeleted) {
      await this.bus.emitAndWait('chatDeleted', { chatId, memberIds: [userId] });
      return;
    }
    const otherId = chat.user1Id === userId ? chat.user2Id : chat.user1Id;
    this.publisher.publish('chatUpdated', toChatView(chat), { users: [otherId ?? 0] });
  }
}
