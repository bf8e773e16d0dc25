import { connect, type Socket } from 'node:net';
import { BYTE, pongFrame, readDigits, textFrame, upgradeRequest } from './frames.js';
import type { Writes } from './operations.js';

/** Receives what arrives while a load runs. The buffer is only valid during the call. */
export interface FrameSink {
  /** The answer to the send numbered `id`; `from` is its `[`. `now` is when its chunk was read (ms). */
  ack(client: RawClient, id: number, buffer: Buffer, from: number, to: number, now: number): void;
  /** A server's event; `from` is its `[`. */
  event(client: RawClient, buffer: Buffer, from: number, to: number, now: number): void;
}

/** Ack ids from here on belong to {@link RawClient.call}; those below belong to the sink. */
const FIRST_CALL_ID = 1_000_000_000;
const CONNECT_TIMEOUT_MS = 15_000;
const CALL_TIMEOUT_MS = 15_000;

/**
 * A Socket.IO client on a bare TCP socket, as cheap as possible, because the load shares the machine with the server
 * under test. The hot path parses no JSON and makes no string for a frame, and the frames of one turn go out in one
 * write (unless `writes` says otherwise). It answers pings, and does not reconnect.
 */
export class RawClient {
  /** For all clients of the process. */
  static writes: Writes = 'turn';

  sink: FrameSink | undefined;
  bytesIn = 0;
  framesIn = 0;
  /** Set when the connection ended without a call to close it. */
  lost: string | undefined;

  private rest: Buffer | undefined;
  private outgoing = '';
  private upgraded = false;
  private closing = false;
  private nextCallId = FIRST_CALL_ID;
  private readonly calls = new Map<number, (answer: unknown) => void>();
  private joined: (() => void) | undefined;
  private refused: ((error: Error) => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    readonly index: number,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('the server closed the connection'));
  }

  /** Resolves when the server has accepted the default namespace. */
  static open(port: number, index: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    const client = new RawClient(socket, index);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => client.end('no answer to the handshake'), CONNECT_TIMEOUT_MS);
      client.joined = (): void => {
        clearTimeout(timer);
        resolve(client);
      };
      client.refused = (error): void => {
        clearTimeout(timer);
        reject(error);
      };
      socket.write(upgradeRequest(port));
    });
  }

  /** Emits an event and resolves with its ack's first argument. For set-up, not for the load. */
  call(event: string, data: unknown): Promise<unknown> {
    const id = this.nextCallId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.calls.delete(id);
        reject(new Error(`${event} was not answered within ${CALL_TIMEOUT_MS} ms`));
      }, CALL_TIMEOUT_MS);
      this.calls.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.push(`42${id}${JSON.stringify([event, data])}`);
      this.flush();
    });
  }

  /** Queues an engine.io packet (ASCII); the next {@link flush} writes it. */
  push(packet: string): void {
    this.outgoing += textFrame(packet);
    if (RawClient.writes === 'frame') this.flush();
  }

  flush(): void {
    if (this.outgoing === '' || this.closing) return;
    this.socket.write(this.outgoing, 'latin1');
    this.outgoing = '';
  }

  close(): void {
    this.push('41');
    this.flush();
    this.closing = true;
    this.socket.end();
    setTimeout(() => this.socket.destroy(), 2_000).unref();
  }

  /** Drops the connection like a lost network, without a close of any protocol. */
  drop(): void {
    this.closing = true;
    this.socket.destroy();
  }

  private end(reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.lost = reason;
    this.refused?.(new Error(reason));
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    const now = performance.now();
    this.bytesIn += chunk.length;
    const buffer = this.rest ? Buffer.concat([this.rest, chunk]) : chunk;
    this.rest = undefined;
    let at = this.upgraded ? 0 : this.readUpgrade(buffer);
    const { length } = buffer;
    while (length - at >= 2) {
      let size = (buffer[at + 1] ?? 0) & 0x7f;
      let head = 2;
      if (size === 126) {
        if (length - at < 4) break;
        size = buffer.readUInt16BE(at + 2);
        head = 4;
      } else if (size === 127) {
        if (length - at < 10) break;
        size = Number(buffer.readBigUInt64BE(at + 2));
        head = 10;
      }
      const from = at + head;
      const to = from + size;
      if (to > length) break;
      const opcode = (buffer[at] ?? 0) & 0x0f;
      if (opcode === 1) this.packet(buffer, from, to, now);
      else if (opcode === 9) this.outgoing += pongFrame();
      else if (opcode === 8) this.end('the server sent a close frame');
      at = to;
    }
    if (at < length) this.rest = buffer.subarray(at);
    this.flush();
  }

  /** Returns where the frames begin, or the buffer's length while the HTTP answer is incomplete. */
  private readUpgrade(buffer: Buffer): number {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) {
      this.rest = buffer;
      return buffer.length;
    }
    const status = buffer.toString('latin1', 0, buffer.indexOf('\r\n'));
    if (!status.includes(' 101 ')) {
      this.end(`the server refused the upgrade: ${status}`);
      return buffer.length;
    }
    this.upgraded = true;
    return end + 4;
  }

  private packet(buffer: Buffer, from: number, to: number, now: number): void {
    this.framesIn++;
    const type = buffer[from];
    if (type === BYTE.message) this.socketPacket(buffer, from + 1, to, now);
    else if (type === BYTE.ping) this.push('3');
    else if (type === BYTE.open) this.push('40');
  }

  private socketPacket(buffer: Buffer, from: number, to: number, now: number): void {
    const type = buffer[from];
    if (type === BYTE.ack) {
      const { value: id, next } = readDigits(buffer, from + 1, to);
      if (id >= FIRST_CALL_ID) this.answer(id, buffer.toString('utf8', next, to));
      else this.sink?.ack(this, id, buffer, next, to, now);
    } else if (type === BYTE.event) {
      this.sink?.event(this, buffer, from + 1, to, now);
    } else if (type === BYTE.connect) {
      this.joined?.();
    } else if (type === BYTE.connectError) {
      this.end(`connect_error: ${buffer.toString('utf8', from + 1, to)}`);
    }
  }

  private answer(id: number, json: string): void {
    const resolve = this.calls.get(id);
    this.calls.delete(id);
    resolve?.((JSON.parse(json) as unknown[])[0]);
  }
}

/** How many of the connections ended without a call to close them. */
export function lostOf(clients: RawClient[]): number {
  return clients.filter((client) => client.lost !== undefined).length;
}
