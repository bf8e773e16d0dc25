import { getHeapStatistics } from 'node:v8';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Server } from 'socket.io';
import { type EngineConnection, onUnsent, sentBytes, unsentBytes } from './wire/internals.js';

const MIB = 1024 * 1024;

/**
 * Maximum bytes that wait for one connection. Above it the reader is cut off: it reconnects and syncs, which costs less
 * than what it has not read. Several answers of the largest kind fit, so a client that requests several pages at once
 * does not count as slow.
 */
export const MAX_WAITING_BYTES = 8 * MIB;

/** Maximum bytes that wait for all connections of one user; of one address, for those without a user. */
export const MAX_WAITING_OF_OWNER = 32 * MIB;

/** Maximum bytes that wait on this node: an eighth of the heap, in which a byte may take two. */
const MAX_WAITING_HERE = Math.min(512 * MIB, Math.max(32 * MIB, getHeapStatistics().heap_size_limit / 8));

/**
 * A client that reads less than this many bytes of what waits for it within this time (ms) counts as dead, even if it
 * sends.
 */
const DEAD = { bytes: 1024, withinMs: 25_000 };

interface WaitingBounds {
  connection: number;
  owner: number;
  node: number;
  deadAfterMs: number;
  /** Milliseconds between two checks for dead clients. */
  lookEveryMs: number;
}

const BOUNDS: WaitingBounds = {
  connection: MAX_WAITING_BYTES,
  owner: MAX_WAITING_OF_OWNER,
  node: MAX_WAITING_HERE,
  deadAfterMs: DEAD.withinMs,
  lookEveryMs: 5_000,
};

/** To whom the bytes of a connection are counted: its user, or its address before the user is known. */
type Owner = string | number;

/**
 * Bytes that were sent to clients and that these have not read yet: they wait in Engine.IO's queue and in the buffer of
 * the TCP connection. Counted in bytes of UTF-8 for each connection, for each owner and for the node. Beyond a maximum
 * the connection with the most is closed, until the rest is within it.
 *
 * Connections that read at once cost nothing here: they are checked only when something waits.
 */
@Injectable()
export class WaitingOutput implements OnApplicationShutdown {
  /** Its tests set smaller ones. */
  readonly bounds = { ...BOUNDS };
  private readonly readers = new WeakMap<EngineConnection, Reader>();
  private readonly slow = new Set<Reader>();
  private readonly owners = new Map<Owner, number>();
  private total = 0;
  private timer: NodeJS.Timeout | null = null;

  /** Bytes that wait now. */
  get bytes(): number {
    return this.total;
  }

  /** Sets the function that names the owner of a connection. Before that it has none. */
  belongs(engine: EngineConnection, ownerOf: () => Owner): void {
    const reader = this.readers.get(engine);
    if (reader) reader.ownerOf = ownerOf;
  }

  /** Follows all connections of the server. */
  follow(server: Server): void {
    server.engine.on('connection', (engine: EngineConnection) => {
      const reader = new Reader(engine);
      this.readers.set(engine, reader);
      const look = () => this.look(reader);
      engine.on('packetCreate', ({ data }) => {
        if (engine.transport.writable && engine.writeBuffer.length === 0) return;
        reader.queued += data === undefined ? 1 : Buffer.byteLength(data);
        look();
      });
      // Engine.IO has handed its queue to the transport.
      engine.on('drain', () => {
        reader.queued = 0;
        look();
      });
      onUnsent(engine, look);
      engine.once('upgrade', () => onUnsent(engine, look));
      engine.once('close', () => this.forget(reader));
    });
  }

  onApplicationShutdown(): void {
    if (this.timer) clearInterval(this.timer);
  }

  private look(reader: Reader): void {
    if (reader.isCut) return;
    this.count(reader);
    if (reader.waiting === 0) return;
    const { connection, owner, node } = this.bounds;
    // A single packet is never too much.
    if (reader.waiting > connection && reader.queued > 0) this.cut(reader);
    else if (this.owners.get(reader.owner)! > owner) this.shed((one) => one.owner === reader.owner, owner);
    else if (this.total > node) this.shed(() => true, node);
  }

  private count(reader: Reader): void {
    this.set(reader, reader.queued + unsentBytes(reader.engine));
  }

  /** Cuts off the one among these with the most, unless they have taken enough since they were counted. */
  private shed(among: (reader: Reader) => boolean, most: number): void {
    let largest: Reader | null = null;
    let sum = 0;
    for (const reader of this.slow) {
      if (!among(reader)) continue;
      this.count(reader);
      sum += reader.waiting;
      if (largest === null || reader.waiting > largest.waiting) largest = reader;
    }
    if (largest !== null && sum > most) this.cut(largest);
  }

  private set(reader: Reader, waiting: number): void {
    if (waiting === reader.waiting) return;
    if (reader.waiting === 0) this.begin(reader);
    const change = waiting - reader.waiting;
    reader.waiting = waiting;
    this.total += change;
    const ofOwner = (this.owners.get(reader.owner) ?? 0) + change;
    if (ofOwner > 0) this.owners.set(reader.owner, ofOwner);
    else this.owners.delete(reader.owner);
    if (waiting === 0) this.slow.delete(reader);
  }

  private begin(reader: Reader): void {
    reader.owner = reader.ownerOf();
    reader.taken = sentBytes(reader.engine);
    reader.takenAt = performance.now();
    this.slow.add(reader);
    this.timer ??= setInterval(() => this.findDead(), this.bounds.lookEveryMs).unref();
  }

  private findDead(): void {
    const now = performance.now();
    for (const reader of this.slow) {
      this.count(reader);
      const taken = sentBytes(reader.engine);
      if (taken - reader.taken >= DEAD.bytes) {
        reader.taken = taken;
        reader.takenAt = now;
      } else if (reader.waiting > 0 && now - reader.takenAt > this.bounds.deadAfterMs) this.cut(reader);
    }
  }

  private cut(reader: Reader): void {
    const { engine } = reader;
    this.forget(reader);
    // Not in this call: the writer may be iterating over all readers.
    process.nextTick(() => {
      engine.close(true);
      // A closing WebSocket waits until its unsent bytes are sent.
      engine.transport.socket?.terminate();
    });
  }

  private forget(reader: Reader): void {
    this.set(reader, 0);
    reader.isCut = true;
  }
}

class Reader {
  /** Bytes in Engine.IO's queue. */
  queued = 0;
  /** All bytes that wait for it. */
  waiting = 0;
  /** To whom `waiting` is counted. It stays the same while something waits. */
  owner: Owner = '';
  ownerOf: () => Owner = () => '';
  /** Bytes that it has read so far, and when a check last found that this had changed. */
  taken = 0;
  takenAt = 0;
  isCut = false;

  constructor(readonly engine: EngineConnection) {}
}
