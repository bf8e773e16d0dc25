import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { ChatView, MessageView } from '../contract/index.js';
import { type Silence, toNewChat } from '../chats/chat.view.js';
import { Database } from '../database/database.js';
import type { Role } from '../database/models/chat-member.model.js';
import { Publisher } from '../delivery/publisher.js';
import { hasChangedSince, strangersAmong } from './groups.queries.js';

/**
 * Milliseconds before new members enter the room of a group that hides its past: messages that were committed before
 * they joined are still being delivered until then. If they miss something meanwhile, they are told to sync.
 */
const SETTLE_MS = 100;

/** Clients who are told to sync are spread by so many milliseconds each. */
const SYNC_EACH_MS = 2;

/** Puts new members into the room of their group after the commit. */
@Injectable()
export class GroupRooms {
  private readonly logger = new Logger(GroupRooms.name);

  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  /**
   * Adds users to the group's room (`ownerId`: who among them owns it; `silenced`: until when which of them are silenced), sends them `newChat`, and sends the system message to all members. It then takes
   * users out of the room again who were removed meanwhile, on any node, and resolves.
   */
  async admit(
    chat: ChatView,
    userIds: readonly number[],
    {
      message,
      origin,
      ownerId = null,
      silenced = new Map(),
    }: {
      message: MessageView | null;
      origin: string | null;
      ownerId?: number | null;
      silenced?: ReadonlyMap<number, string | null>;
    },
  ): Promise<void> {
    const settles = chat.historyVisible === 'fromJoin' && chat.lastSeq > 0;
    if (settles) {
      if (message) this.publisher.publish('newMessage', message, { chat: chat.id });
      await pause(SETTLE_MS);
    }
    this.publisher.joinChat(chat.id, userIds, chat.version);
    // What is sent after they joined is unread, the message about it as well.
    const unreadSeq = message ? message.seq - 1 : chat.lastSeq;
    const tell = (users: readonly number[], role: Role, silence: Silence | null = null) =>
      this.publisher.publish('newChat', toNewChat(chat, { role, unreadSeq, direct: null, silence }), {
        users,
        except: origin,
      });
    if (ownerId !== null) tell([ownerId], 'owner');
    tell(
      userIds.filter((userId) => userId !== ownerId && !silenced.has(userId)),
      'member',
    );
    for (const [userId, until] of silenced) tell([userId], 'member', { until, lasts: true });
    if (message) {
      this.publisher.publish('newMessage', message, settles ? { users: userIds } : { chat: chat.id });
    }
    if (settles) await this.sendForMissed(chat.id, userIds, message?.version ?? chat.version);
    await this.removeNonMembers(chat.id, userIds);
  }

  /** Without a later event a client would not notice that it has missed what came while it was kept out of the room. */
  private async sendForMissed(chatId: number, users: readonly number[], version: number): Promise<void> {
    try {
      if ((await hasChangedSince(this.database, { chatId, version })) === 0) return;
    } catch (error) {
      this.logger.warn(`Could not check what new members of group ${chatId} have missed: ${String(error)}`);
    }
    const withinMs = SYNC_EACH_MS * users.length;
    this.publisher.publish('syncNeeded', { withinMs }, { users });
  }

  /** Another node may have removed these users and published that before they entered the room here. */
  private async removeNonMembers(chatId: number, userIds: readonly number[]): Promise<void> {
    try {
      this.publisher.leaveChat(chatId, await strangersAmong(this.database, { chatId, userIds }));
    } catch (error) {
      this.logger.warn(
        `Could not check whether new members of group ${chatId} were removed meanwhile: ${String(error)}`,
      );
    }
  }
}
