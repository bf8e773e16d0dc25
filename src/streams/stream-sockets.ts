import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import type { SocketLeft } from '../delivery/delivery-events.js';
import { Database } from '../database/database.js';
import { shortenStreams } from './streams.queries.js';

/** Milliseconds that the writer of a stream has to come back after its connection has ended. */
export const GRACE_MS = 10_000;

/** Streams that are remembered of one socket: more end only by their time. */
const MOST = 1_000;

/** Which socket of this node writes which stream: one that closes has `GRACE_MS` to come back, by its next delta. */
@Injectable()
export class StreamSockets implements OnModuleInit {
  private readonly logger = new Logger(StreamSockets.name);
  private readonly sockets = new Map<string, Set<number>>();

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('socketLeft', (left) => this.left(left));
  }

  /** null: over REST, where only time tells that a writer is gone. */
  writes(connectionId: string | null, messageId: number): void {
    if (connectionId === null) return;
    const ids = this.sockets.get(connectionId) ?? new Set();
    if (ids.size < MOST) ids.add(messageId);
    this.sockets.set(connectionId, ids);
  }

  ended(connectionId: string | null, messageId: number): void {
    if (connectionId !== null) this.sockets.get(connectionId)?.delete(messageId);
  }

  private async left({ connectionId, userId, chatId }: SocketLeft): Promise<void> {
    if (userId !== null || chatId !== null) return;
    const ids = this.sockets.get(connectionId);
    this.sockets.delete(connectionId);
    if (!ids || ids.size === 0) return;
    try {
      await shortenStreams(this.database, { ids: [...ids], graceMs: GRACE_MS });
    } catch (error) {
      this.logger.warn(`Streams of a closed socket end later: ${String(error)}`);
    }
  }
}
