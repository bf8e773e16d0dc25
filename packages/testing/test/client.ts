import { io, type Socket } from 'socket.io-client';
import type { Person } from '../src/index.js';

interface Answer {
  ok: boolean;
  data?: Record<string, unknown>;
  error?: { code: string; retryAfterMs?: number };
}

const PATIENCE_MS = 10_000;

/** A stock Socket.IO client that keeps what it hears. */
export class Client {
  readonly heard: { event: string; payload: Record<string, unknown> }[] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((event: string, payload: Record<string, unknown>) => this.heard.push({ event, payload }));
  }

  /** Connected, and told whose the socket is. */
  static async of({ url, auth }: Pick<Person, 'url' | 'auth'>): Promise<Client> {
    const socket = io(url, {
      transports: ['websocket'],
      auth,
      forceNew: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 50,
    });
    const client = new Client(socket);
    await eventually(() => client.events('ready').length > 0);
    return client;
  }

  events(name: string): Record<string, unknown>[] {
    return this.heard.filter(({ event }) => event === name).map(({ payload }) => payload);
  }

  /** The contents of the messages that were heard, in order. */
  get contents(): unknown[] {
    return this.events('newMessage').map(({ content }) => content);
  }

  /** @throws when there is no answer in time */
  ask(command: string, input: unknown = {}, withinMs = PATIENCE_MS): Promise<Answer> {
    return this.socket.timeout(withinMs).emitWithAck(command, input) as Promise<Answer>;
  }

  /** Messages one after the other, with the numbers from 1 as contents. */
  async send(chatId: number, count: number): Promise<void> {
    for (let nr = 1; nr <= count; nr++) await this.ask('sendMessage', { chatId, content: String(nr) });
  }

  close(): void {
    this.socket.disconnect();
  }
}

export async function eventually(
  check: () => boolean | Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`Still not so after ${withinMs} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
