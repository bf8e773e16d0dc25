import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedChunks } from '../common/flow/repeated-chunks.js';
import { Database } from '../database/database.js';
import { ChatPurge } from '../messages/chat-purge.service.js';
import { removeEntriesOfChat, removeOldEntries } from './inbox.queries.js';

/** How long an entry is kept. */
export const KEPT_DAYS = 90;
const LOOK_EVERY_MS = 600_000;
const CHUNK = 500;

/** Removes entries of inboxes that are older than 90 days, and those about deleted chats. */
@Injectable()
export class NotificationPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly purge: RepeatedChunks;

  constructor(database: Database, chats: ChatPurge) {
    chats.register((chat) => removeEntriesOfChat(database, chat));
    this.purge = new RepeatedChunks({
      what: 'old entries of inboxes',
      everyMs: LOOK_EVERY_MS,
      chunk: CHUNK,
      remove: () => removeOldEntries(database, { days: KEPT_DAYS, most: CHUNK }),
    });
  }

  onApplicationBootstrap(): void {
    this.purge.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.purge.stop();
  }
}
