import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Database } from '../../database/database.js';
import { OpenPurge } from '../../database/models/open-purge.model.js';
import { purgeMessages } from './purge.queries.js';

/** Messages removed by one statement: well under its time bound. */
const CHUNK = 5_000;

/**
 * Removes the messages of deleted chats. The chat is gone for everyone the moment it is deleted; of a long one
 * the rows go in chunks afterwards, and what a crash interrupts goes on at the next start.
 */
@Injectable()
export class ChatPurge implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(ChatPurge.name);
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly database: Database,
    @InjectModel(OpenPurge) private readonly purges: typeof OpenPurge,
  ) {}

  onApplicationBootstrap(): void {
    this.enqueue(async () => {
      const open = await this.purges.findAll({ order: ['createdAt'] });
      for (const { chatId } of open) await this.finish(chatId);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  /** Removes the first chunk now, which for most chats is all; the rest in the background. Never fails. */
  async start(chatId: number): Promise<void> {
    const done = await this.removeChunk(chatId).catch(() => false);
    if (!done) this.enqueue(() => this.finish(chatId));
  }

  private enqueue(work: () => Promise<void>): void {
    this.running = this.running.then(work).catch((error: unknown) => {
      this.logger.warn(`Messages of a deleted chat are left for the next start: ${String(error)}`);
    });
  }

  private async finish(chatId: number): Promise<void> {
    while (!this.stopping && !(await this.removeChunk(chatId)));
  }

  /** Whether that was the last. */
  private async removeChunk(chatId: number): Promise<boolean> {
    const removed = await purgeMessages(this.database, { chatId, most: CHUNK });
    if (removed >= CHUNK) return false;
    await this.purges.destroy({ where: { chatId } });
    return true;
  }
}
