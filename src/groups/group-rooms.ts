import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { ChatView, MessageView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { strangersAmong } from './groups.queries.js';

/**
 * Milliseconds before people hear a group that hides its past from them: messages committed before they joined are
 * on their way until then. What they miss meanwhile, `sync` brings.
 */
const SETTLE_MS = 100;

/** Lets people who joined a group hear it, once they have. */
@Injectable()
export class GroupRooms {
  private readonly logger = new Logger(GroupRooms.name);

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  /**
   * From now on these people hear the group; they are told of it, and whoever was in it already hears the system
   * message. Resolves when nobody hears it who was removed again meanwhile, on whichever node.
   */
  async admit(
    chat: ChatView,
    userIds: readonly number[],
    { message, origin }: { message: MessageView | null; origin: string | null },
  ): Promise<void> {
    const settles = chat.historyVisible === 'fromJoin' && chat.lastSeq > 0;
    if (settles) {
      if (message) this.publisher.publish('newMessage', message, { chat: chat.id });
      await pause(SETTLE_MS);
    }
    this.publisher.joinChat(chat.id, userIds);
    this.publisher.publish('newChat', chat, { users: userIds, except: origin });
    if (message) {
      this.publisher.publish('newMessage', message, settles ? { users: userIds } : { chat: chat.id });
    }
    await this.expelStrangers(chat.id, userIds);
  }

  /** A removal on another node may have been told before these people joined here. */
  private async expelStrangers(chatId: number, userIds: readonly number[]): Promise<void> {
    try {
      this.publisher.leaveChat(chatId, await strangersAmong(this.database, { chatId, userIds }));
    } catch (error) {
      this.logger.warn(`Who joined a group was not looked at again: ${String(error)}`);
    }
  }
}
