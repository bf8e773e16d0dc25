import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { PushSenders } from './push-senders.js';
import { Pushes } from './pushes.js';
// The event that this listens to is declared there.
import '../receipts/unread-counts.js';

/** Milliseconds for which reads are gathered. */
const GATHER_MS = 500;

/** Reads that wait, above which more are not told. */
const MOST = 10_000;

/** When somebody reads a chat that their native devices were pushed, these are told, so that they show it no more. */
@Injectable()
export class ReadElsewhere implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ReadElsewhere.name);
  private waiting = new Map<string, { userId: number; chatId: number }>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly bus: Bus,
    private readonly pushes: Pushes,
    private readonly senders: PushSenders,
  ) {}

  onModuleInit(): void {
    if (this.senders.size === 0) return;
    this.bus.on('chatRead', ({ userId, chatId }) => {
      if (this.waiting.size >= MOST) return;
      this.waiting.set(`${userId} ${chatId}`, { userId, chatId });
      this.timer ??= setTimeout(() => {
        this.timer = null;
        this.running = this.running.then(() => this.tell());
      }, GATHER_MS).unref();
    });
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    await this.running;
  }

  private async tell(): Promise<void> {
    const read = [...this.waiting.values()];
    this.waiting.clear();
    if (read.length === 0) return;
    try {
      await this.pushes.tellRead(read);
    } catch (error) {
      this.logger.warn(`Could not tell devices what was read elsewhere: ${String(error)}`);
    }
  }
}
