import { connect, type Socket } from 'node:net';
import type { Tally } from '../attacker/tally.js';
import { localAddress } from './address.js';

/** A port of a node, and the address to connect from. */
export interface Endpoint {
  port: number;
  from: string;
}

/** A bare TCP connection of an attacker or the bystander. */
export class Connection {
  bytesIn = 0;
  bytesOut = 0;
  isOpen = true;
  /** What arrives; null: thrown away. */
  onData: ((chunk: Buffer) => void) | null = null;
  readonly closed: Promise<void>;
  readonly openedAt = performance.now();
  private mine = false;

  private constructor(
    private readonly socket: Socket,
    readonly endpoint: Endpoint,
    private readonly tally: Tally | null,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.bytesIn += chunk.length;
      if (tally) tally.bytesIn += chunk.length;
      this.onData?.(chunk);
    });
    socket.on('error', () => socket.destroy());
    // Half of a connection is of no use to anybody here.
    socket.on('end', () => socket.destroy());
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.isOpen = false;
        if (!this.mine) tally?.cut(performance.now() - this.openedAt);
        resolve();
      }),
    );
  }

  /** Null when it is refused. */
  static open(endpoint: Endpoint, tally: Tally | null = null): Promise<Connection | null> {
    return new Promise((resolve) => {
      const socket = connect({ port: endpoint.port, host: '127.0.0.1', ...localAddress(endpoint.from) });
      const refused = () => {
        tally?.refuse('TCP');
        resolve(null);
      };
      socket.once('error', refused);
      socket.once('connect', () => {
        socket.off('error', refused);
        if (tally) tally.opened++;
        resolve(new Connection(socket, endpoint, tally));
      });
    });
  }

  write(bytes: string | Buffer): void {
    if (!this.isOpen) return;
    this.bytesOut += bytes.length;
    if (this.tally) this.tally.bytesOut += bytes.length;
    this.socket.write(bytes);
  }

  /** Resolves when what was written is on its way, or the connection has ended. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.socket.writableNeedDrain) return;
    await Promise.race([
      this.closed,
      new Promise<void>((resolve) => this.socket.once('drain', () => resolve())),
    ]);
  }

  /** Reads nothing from now on. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  close(): void {
    this.mine = true;
    this.socket.destroy();
  }
}
