import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Lifecycle } from '../common/lifecycle.js';
import { Connection } from './connection.js';
import { ANSWER_WITHIN_MS } from '../common/time-bounds.js';
import { SocketServer } from '../delivery/socket-server.js';
import { Dispatcher } from './dispatcher.js';
import { engineOf } from './wire/internals.js';

/**
 * Sockets are closed in slices: at most `SLICE_MS` milliseconds apart, and at most `MS_A_SOCKET` milliseconds per
 * socket.
 */
const SLICE_MS = 100;
const MS_A_SOCKET = 10;

/** Milliseconds between two checks whether the commands of the leaving sockets are answered. */
const LOOK_EVERY_MS = 20;

/** Milliseconds that a closing socket has to send its last frames; then it is terminated. */
const FLUSH_WITHIN_MS = 1_000;

/**
 * A graceful stop. The node reports "not ready" at once. After a notice period for load balancers it refuses new
 * handshakes and requests. Then it closes its sockets, spread over time: a closing socket's new commands are refused,
 * its running commands are answered, and its connection is closed, on which a stock client reconnects to another node.
 * Until its turn a socket is served as usual.
 */
@Injectable()
export class Drain {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly dispatcher: Dispatcher,
    private readonly lifecycle: Lifecycle,
    private readonly server: SocketServer,
  ) {}

  /** Resolves when every socket is closed and all their commands are answered. */
  async run(): Promise<void> {
    this.lifecycle.stage = 'notice';
    await pause(this.config.drain.noticeMs);
    this.lifecycle.stage = 'refusing';
    // Handshakes that have already begun may still become sockets.
    while (this.sockets().length > 0) await this.moveAway(this.sockets());
    this.server.server.engine.close();
  }

  private sockets(): Socket[] {
    return [...this.server.sockets.values()];
  }

  private async moveAway(sockets: readonly Socket[]): Promise<void> {
    const spread = Math.min(this.config.drain.spreadMs, sockets.length * MS_A_SOCKET);
    const slices = Math.max(1, Math.ceil(spread / SLICE_MS));
    const size = Math.ceil(sockets.length / slices);
    const leaving: Promise<void>[] = [];
    for (let i = 0; i < sockets.length; i += size) {
      if (i > 0) await pause(spread / slices);
      leaving.push(this.close(sockets.slice(i, i + size)));
    }
    await Promise.all(leaving);
  }

  private async close(sockets: readonly Socket[]): Promise<void> {
    for (const socket of sockets) Connection.of(socket)?.leave();
    const end = performance.now() + ANSWER_WITHIN_MS + 500;
    let left = sockets;
    const closed: Promise<void>[] = [];
    while (left.length > 0) {
      const busy = performance.now() < end ? this.dispatcher.busy() : new Set<Connection>();
      const quiet = left.filter((socket) => !isAmong(busy, socket));
      closed.push(...quiet.map(closeWhole));
      left = left.filter((socket) => isAmong(busy, socket));
      if (left.length > 0) await pause(LOOK_EVERY_MS);
    }
    await Promise.all(closed);
  }
}

function isAmong(connections: ReadonlySet<Connection>, socket: Socket): boolean {
  const connection = Connection.of(socket);
  return connection !== undefined && connections.has(connection);
}

/** Closes the transport, because after a `disconnect()` by the server a stock client does not reconnect. */
async function closeWhole(socket: Socket): Promise<void> {
  const conn = engineOf(socket);
  const { socket: ws } = conn.transport;
  const closed = new Promise<void>((resolve) => conn.once('close', () => resolve()));
  conn.close();
  // A WebSocket waits for its peer's close frame, which a dead peer never sends, and the server waits for the
  // WebSocket.
  setTimeout(() => ws?.terminate(), FLUSH_WITHIN_MS).unref();
  if (conn.readyState === 'closed') return;
  await Promise.race([closed, pause(FLUSH_WITHIN_MS)]);
  conn.close(true);
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
