import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { removeKeysOfChat } from '../commands/idempotency/idempotency.queries.js';
import { Bus } from '../common/bus.js';
import { Semaphore } from '../common/flow/semaphore.js';
import { Database } from '../database/database.js';
import { OpenPurge } from '../database/models/open-purge.model.js';
import { purgeMentions, purgeMessages } from './purge.queries.js';

/**
 * Rows removed by one statement. With a message go its reactions and edits, which may be many: it stays well under the
 * statement timeout.
 */
const CHUNK = 1_000;

/** Removes up to `most` rows that a feature has of a deleted chat, and returns how many it were. */
export type RowsOfChat = (chat: { chatId: number; most: number }) => Promise<number>;

/**
 * Removes the messages and mentions of deleted chats, the idempotency keys of commands about them, and what other features have
 * registered. A deleted chat is gone for everyone at once; what is left of a large one is removed in chunks afterwards.
 * After a crash the next start continues.
 */
@Injectable()
export class ChatPurge implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChatPurge.name);
  private readonly purges = new Semaphore({ atOnce: 1 });
  private stopping = false;
  private readonly rows: RowsOfChat[];

  constructor(
    database: Database,
    @InjectModel(OpenPurge) private readonly open: typeof OpenPurge,
    private readonly bus: Bus,
  ) {
    this.rows = [
      (chat) => purgeMessages(database, chat),
      (chat) => purgeMentions(database, chat),
      (chat) => removeKeysOfChat(database, chat),
    ];
  }

  /** For tables without a foreign key to chats, of which a chat can have very many rows. Call it in a constructor. */
  register(rows: RowsOfChat): void {
    this.rows.push(rows);
  }

  onModuleInit(): void {
    this.bus.on('chatDeleted', ({ chatId }) => this.start(chatId));
  }

  onApplicationBootstrap(): void {
    this.enqueue(async () => {
      const open = await this.open.findAll({ order: ['createdAt'] });
      for (const { chatId } of open) await this.finish(chatId);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.purges.run(() => Promise.resolve());
  }

  /** Removes the first chunk now, which is all for most chats, and the rest in the background. Never fails. */
  private async start(chatId: number): Promise<void> {
    const done = await this.removeChunk(chatId).catch(() => false);
    if (!done) this.enqueue(() => this.finish(chatId));
  }

  private enqueue(work: () => Promise<void>): void {
    void this.purges.run(work).catch((error: unknown) => {
      this.logger.warn(
        `Could not remove all messages of a deleted chat; the next start tries again: ${String(error)}`,
      );
    });
  }

  private async finish(chatId: number): Promise<void> {
    while (!this.stopping && !(await this.removeChunk(chatId)));
  }

  /** Whether that was the last chunk. */
  private async removeChunk(chatId: number): Promise<boolean> {
    for (const remove of this.rows) {
      if ((await remove({ chatId, most: CHUNK })) >= CHUNK) return false;
    }
    await this.open.destroy({ where: { chatId } });
    return true;
  }
}
