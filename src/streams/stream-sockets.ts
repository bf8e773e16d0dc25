import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { BoundedMap } from '../common/flow/bounded-map.js';
import { Bus } from '../common/bus.js';
import type { SocketLeft } from '../delivery/delivery-events.js';
import { SocketServer } from '../delivery/socket-server.js';
import { Database } from '../database/database.js';
import { shortenStreams, type Writing } from './streams.queries.js';

/** Milliseconds that the writer of a stream has to come back after its connection has ended. */
export const GRACE_MS = 10_000;

/** Streams that are remembered of one socket, the last ones: others end only by their time. */
const MOST = 1_000;

/** Which socket of this node writes which stream: one that closes has `GRACE_MS` to come back, by its next delta. */
@Injectable()
export class StreamSockets implements OnModuleInit {
  private readonly logger = new Logger(StreamSockets.name);
  /** The writer of each message, by socket. */
  private readonly sockets = new Map<string, BoundedMap<number, number>>();

  constructor(
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly server: SocketServer,
  ) {}

  onModuleInit(): void {
    this.bus.on('socketLeft', (left) => this.left(left));
  }

  /** What a writer sent was stored. null: over REST, where only time tells that a writer is gone. */
  writes(connectionId: string | null, { messageId, userId }: Writing): void {
    if (connectionId === null) return;
    // It has closed while that was stored, and nobody will tell it again.
    if (!this.server.sockets.has(connectionId)) return void this.shorten([{ messageId, userId }]);
    const written = this.sockets.get(connectionId) ?? new BoundedMap<number, number>(MOST);
    written.set(messageId, userId);
    this.sockets.set(connectionId, written);
  }

  ended(connectionId: string | null, messageId: number): void {
    if (connectionId !== null) this.sockets.get(connectionId)?.delete(messageId);
  }

  private async left({ connectionId, userId, chatId }: SocketLeft): Promise<void> {
    if (userId !== null || chatId !== null) return;
    const written = this.sockets.get(connectionId);
    this.sockets.delete(connectionId);
    if (written) await this.shorten([...written].map(([messageId, userId]) => ({ messageId, userId })));
  }

  private async shorten(written: readonly Writing[]): Promise<void> {
    if (written.length === 0) return;
    try {
      await shortenStreams(this.database, { written, graceMs: GRACE_MS });
    } catch (error) {
      this.logger.warn(`Streams of a closed socket end later: ${String(error)}`);
    }
  }
}
