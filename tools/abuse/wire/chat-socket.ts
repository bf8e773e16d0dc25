import { randomBytes } from 'node:crypto';
import type { Tally } from '../attacker/tally.js';
import { addressLines } from './address.js';
import { Connection, type Endpoint } from './connection.js';
import { FrameReader, OPCODE, textFrame } from './frames.js';

export type Answer =
  { ok: true; data: unknown } | { ok: false; error: { code: string; retryAfterMs?: number } };

/** The head of a request that opens Socket.IO's websocket. */
export function upgradeRequest({ port, from }: Endpoint): string {
  return (
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${addressLines(from)}` +
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`
  );
}

/** A Socket.IO client of bare frames. It answers pings and does not reconnect. */
export class ChatSocket {
  /** Every packet but answers and pings. */
  onPacket: ((packet: string) => void) | null = null;
  /** Every answer as it comes, and its code: of the error, or `ok`. */
  onAnswer: ((ack: number, code: string, packet: string) => void) | null = null;
  private readonly reader = new FrameReader();
  private head: string | null = '';
  private readonly waiting = new Map<number, (answer: Answer | null) => void>();
  private lastAck = 0;
  private packets: ((packet: string | null) => void)[] = [];

  private constructor(
    readonly connection: Connection,
    private readonly tally: Tally | null,
  ) {
    connection.onData = (chunk) => this.read(chunk);
    void connection.closed.then(() => {
      for (const wake of this.packets.splice(0)) wake(null);
      for (const answered of this.waiting.values()) answered(null);
      this.waiting.clear();
    });
  }

  /** Opens a websocket without a CONNECT; null when it is refused. */
  static async open(endpoint: Endpoint, tally: Tally | null = null): Promise<ChatSocket | null> {
    const connection = await Connection.open(endpoint, tally);
    if (!connection) return null;
    const socket = new ChatSocket(connection, tally);
    connection.write(upgradeRequest(endpoint));
    const first = await socket.nextPacket();
    if (first !== null) return socket;
    connection.close();
    return null;
  }

  /** Opens a websocket and connects, as the user of the token if there is one; null when it is refused. */
  static async connect(
    endpoint: Endpoint,
    token: string | null,
    tally: Tally | null = null,
  ): Promise<ChatSocket | null> {
    const socket = await ChatSocket.open(endpoint, tally);
    if (!socket) return null;
    socket.tell(`40${token === null ? '' : JSON.stringify({ token })}`);
    const answer = await socket.nextPacket();
    if (answer?.startsWith('40')) return socket;
    if (answer?.startsWith('44')) tally?.refuse(codeIn(answer));
    socket.close();
    return null;
  }

  get isOpen(): boolean {
    return this.connection.isOpen;
  }

  /** Sends a packet of Engine.IO as a text frame. */
  tell(packet: string): void {
    this.connection.write(textFrame(packet));
  }

  /** A command's frame with the next ack id, to be sent as it is; its answer is only counted. */
  command(name: string, data: unknown): Buffer {
    return textFrame(`42${++this.lastAck}${JSON.stringify(data === undefined ? [name] : [name, data])}`);
  }

  /** Emits a command; null when the connection ends before its answer. */
  ask(name: string, data?: unknown): Promise<Answer | null> {
    return this.answerTo(this.command(name, data));
  }

  /** As `ask`, with the command's argument as JSON or what is none. */
  askText(name: string, text: string): Promise<Answer | null> {
    return this.answerTo(textFrame(`42${++this.lastAck}["${name}",${text}]`));
  }

  close(): void {
    this.connection.close();
  }

  /** The next packet that is no answer and no ping; null when the connection ends first. */
  nextPacket(): Promise<string | null> {
    if (!this.isOpen) return Promise.resolve(null);
    return new Promise((resolve) => this.packets.push(resolve));
  }

  private answerTo(frame: Buffer): Promise<Answer | null> {
    if (!this.isOpen) return Promise.resolve(null);
    const answer = new Promise<Answer | null>((resolve) => this.waiting.set(this.lastAck, resolve));
    this.connection.write(frame);
    return answer;
  }

  private read(chunk: Buffer): void {
    const bytes = this.head === null ? chunk : this.readHead(chunk);
    if (bytes === null) return;
    for (const { opcode, payload } of this.reader.read(bytes)) {
      if (opcode === OPCODE.text) this.take(payload);
    }
  }

  /** What follows the head of the HTTP answer; null while there is nothing. */
  private readHead(chunk: Buffer): Buffer | null {
    this.head += chunk.toString('latin1');
    const head = this.head ?? '';
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return null;
    this.head = null;
    const status = head.slice(9, 12);
    if (status === '101') return Buffer.from(head.slice(end + 4), 'latin1');
    this.tally?.refuse(`HTTP ${status}`);
    this.close();
    return null;
  }

  private take(payload: Buffer): void {
    if (payload.length === 1 && payload[0] === 0x32) return this.tell('3');
    const packet = payload.toString();
    const [, ack] = /^43(\d+)\[/.exec(packet) ?? [];
    if (ack !== undefined) return this.answered(Number(ack), packet);
    if (packet.startsWith('42["exception"')) this.tally?.refuse(codeIn(packet));
    const wake = this.packets.shift();
    if (wake) wake(packet);
    else this.onPacket?.(packet);
  }

  private answered(ack: number, packet: string): void {
    const waiting = this.waiting.get(ack);
    this.waiting.delete(ack);
    const isOk = packet.startsWith('{"ok":true', packet.indexOf('[') + 1);
    if (isOk && this.tally) this.tally.served++;
    if (!isOk) this.tally?.refuse(codeIn(packet));
    this.onAnswer?.(ack, isOk ? 'ok' : codeIn(packet), packet);
    if (!waiting) return;
    const [answer] = JSON.parse(packet.slice(packet.indexOf('['))) as [Answer];
    waiting(answer);
  }
}

/** The code of an error in a packet or a body. */
export function codeIn(text: string): string {
  return /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? 'no code';
}
