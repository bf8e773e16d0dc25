import { once } from 'node:events';
import type { Socket as TcpSocket } from 'node:net';
import { WebSocket } from 'ws';
import type { Answer } from '../../src/contract/index.js';

/** How long a test waits for something that should happen, in milliseconds. */
const PATIENCE_MS = 8_000;

/**
 * A client of bare frames (Engine.IO 4, Socket.IO 5), to send what no stock client sends. Heartbeats are answered and
 * not shown.
 */
export class RawSocket {
  private readonly frames: string[] = [];
  private arrived: (() => void)[] = [];
  private lastAck = 0;
  /** How many answers came to each command with a callback, by ack id. */
  readonly answers = new Map<number, number>();
  /** Resolves with the close code once the server has closed the connection. */
  readonly closed: Promise<number>;

  private constructor(private readonly ws: WebSocket) {
    ws.on('error', () => undefined);
    ws.on('message', (data: Buffer) => {
      const frame = data.toString();
      if (frame === '2') return ws.send('3');
      const ack = /^43(\d+)\[/.exec(frame)?.[1];
      if (ack !== undefined) this.answers.set(Number(ack), (this.answers.get(Number(ack)) ?? 0) + 1);
      this.frames.push(frame);
      for (const wake of this.arrived.splice(0)) wake();
    });
    this.closed = new Promise((resolve) =>
      ws.once('close', (code) => {
        for (const wake of this.arrived.splice(0)) wake();
        resolve(code);
      }),
    );
  }

  /** Opens a connection after Engine.IO's handshake, without a CONNECT. */
  static async open(socketUrl: string): Promise<RawSocket> {
    const ws = new WebSocket(`${socketUrl.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    const raw = new RawSocket(ws);
    await once(ws, 'open');
    expect(await raw.next()).toMatch(/^0\{"sid"/);
    return raw;
  }

  /** Opens a connection after both handshakes. */
  static async connect(socketUrl: string): Promise<RawSocket> {
    const raw = await RawSocket.open(socketUrl);
    raw.send('40');
    expect(await raw.next()).toMatch(/^40\{"sid"/);
    return raw;
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  /** A text frame, or a binary one. */
  send(frame: string | Buffer): void {
    this.ws.send(frame);
  }

  /** Writes raw bytes, without WebSocket framing. */
  sendBytes(bytes: Buffer): void {
    (this.ws as unknown as { _socket: TcpSocket })._socket.write(bytes);
  }

  /** The next frame that was not read yet. @throws Error when the connection closes first. */
  async next(): Promise<string> {
    const end = performance.now() + PATIENCE_MS;
    while (this.frames.length === 0) {
      if (this.ws.readyState > WebSocket.OPEN) throw new Error('The connection was closed');
      if (performance.now() > end) throw new Error(`No frame within ${PATIENCE_MS} ms`);
      await this.somethingWithin(end - performance.now());
    }
    return this.frames.shift()!;
  }

  /** Frames that have arrived and were not read yet. */
  get unread(): readonly string[] {
    return this.frames;
  }

  /** Emits a command with a callback and returns the raw answer. `args`: its arguments as JSON, or invalid JSON. */
  async askFrame(command: string, ...args: string[]): Promise<string> {
    const ack = ++this.lastAck;
    this.send(`42${ack}[${[JSON.stringify(command), ...args].join(',')}]`);
    const answers = new RegExp(`^43${ack}\\[`);
    for (;;) {
      const frame = await this.next();
      if (answers.test(frame)) return frame;
    }
  }

  /** Sends a command with a callback and returns the frames that came before its answer. */
  async heardUntil(command: string): Promise<string[]> {
    const ack = ++this.lastAck;
    this.send(`42${ack}["${command}"]`);
    const heard: string[] = [];
    for (;;) {
      const frame = await this.next();
      if (frame.startsWith(`43${ack}[`)) return heard;
      heard.push(frame);
    }
  }

  /** As `askFrame`; returns the parsed answer. */
  async ask(command: string, ...args: string[]): Promise<Answer> {
    return answerIn(await this.askFrame(command, ...args));
  }

  /** Stops reading. */
  pause(): void {
    this.ws.pause();
  }

  /** Reads again. */
  resume(): void {
    this.ws.resume();
  }

  close(): void {
    this.ws.terminate();
  }

  private async somethingWithin(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.arrived.push(resolve);
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }
}

/** The answer in an ack frame. */
export function answerIn(frame: string): Answer {
  const [answer] = JSON.parse(frame.slice(frame.indexOf('['))) as [Answer];
  return answer;
}

/** A long-polling session by hand: a body for each POST, a body from each GET. */
export class RawPolling {
  private constructor(
    private readonly base: string,
    private readonly sid: string,
  ) {}

  /** Opens a connection after Engine.IO's handshake, without a CONNECT. */
  static async open(socketUrl: string): Promise<RawPolling> {
    const base = `${socketUrl}/socket.io/?EIO=4&transport=polling`;
    const opening = await (await fetch(base)).text();
    return new RawPolling(base, (JSON.parse(opening.slice(1)) as { sid: string }).sid);
  }

  /** Opens a connection after both handshakes. */
  static async connect(socketUrl: string): Promise<RawPolling> {
    const polling = await RawPolling.open(socketUrl);
    await polling.post('40');
    expect(await polling.poll()).toMatch(/^40\{"sid"/);
    return polling;
  }

  async post(
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(`${this.base}&sid=${this.sid}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : new Uint8Array(body),
      headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    });
    return { status: response.status, text: await response.text() };
  }

  /** Polls until the server sends something other than a heartbeat. */
  async poll(): Promise<string> {
    for (;;) {
      const response = await fetch(`${this.base}&sid=${this.sid}`);
      const text = await response.text();
      if (text === '2') await this.post('3');
      else return text;
    }
  }

  /** Ends the session; otherwise the server would keep it until its next poll. */
  async close(): Promise<void> {
    await this.post('1').catch(() => undefined);
  }

  /**
   * Whether the session has ended after that body. A poll is open meanwhile, as with every stock client, so that the
   * server can report the end.
   */
  async isEndedBy(body: string | Buffer): Promise<boolean> {
    const polled = this.poll().catch(() => '');
    await this.post(body).catch(() => undefined);
    await polled;
    return !(await this.isOpen());
  }

  /** Whether the session still exists. Consumes what the server sends. */
  async isOpen(): Promise<boolean> {
    try {
      const polled = this.poll();
      await this.post('420["getOnlineUsers"]');
      return (await polled).includes('430[');
    } catch {
      return false;
    }
  }
}

/** Raw connections of the tests of a file, each closed after its test. */
export function rawConnections(world: () => { socketUrl: string }) {
  const raws: (RawSocket | RawPolling)[] = [];
  afterEach(async () => {
    for (const raw of raws.splice(0)) await raw.close();
  });
  const kept = async <T extends RawSocket | RawPolling>(opening: Promise<T>): Promise<T> => {
    const raw = await opening;
    raws.push(raw);
    return raw;
  };
  return {
    open: () => kept(RawSocket.open(world().socketUrl)),
    connect: () => kept(RawSocket.connect(world().socketUrl)),
    poll: () => kept(RawPolling.connect(world().socketUrl)),
  };
}
