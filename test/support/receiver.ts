import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { eventually } from './world.js';

/** Variables of a server that sends to receivers on this machine, soon after something happened. */
export const SENDS_WEBHOOKS = {
  SINKS: 'on',
  SINK_POLL_MS: '25',
  OUTBOUND_ALLOW: '127.0.0.1',
  OUTBOUND_PORTS: 'any',
} as const;

/** What a receiver of webhooks was sent. */
export interface Received {
  id: string;
  path: string;
  headers: IncomingMessage['headers'];
  text: string;
  body: {
    type: string;
    timestamp: string;
    chatId: number;
    version: number;
    chat: { id: number; externalId: string | null };
    users: { id: number; externalId: string | null; name: string | null }[];
    data: Record<string, unknown>;
  };
}

/** How it answers: a status, or whatever it does with the response. */
export type Manner = (received: Received, response: ServerResponse) => number | void;

/** A server that receives webhooks, on this machine. */
export class Receiver {
  /** Everything that came, also what was refused. */
  readonly came: Received[] = [];
  /** What was answered with 2xx, in its order. */
  readonly taken: Received[] = [];
  manner: Manner = () => 200;

  private constructor(
    private readonly server: Server,
    /** Where it listens, also when it is away for a while. */
    readonly port: number,
  ) {}

  static async start(port = 0): Promise<Receiver> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('error', () => undefined);
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const received: Received = {
          id: String(request.headers['webhook-id']),
          path: String(request.url),
          headers: request.headers,
          text,
          body: JSON.parse(text) as Received['body'],
        };
        receiver.came.push(received);
        const status = receiver.manner(received, response);
        if (typeof status !== 'number') return;
        if (status >= 200 && status < 300) receiver.taken.push(received);
        response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('an answer');
      });
    });
    await listening(server, port);
    const receiver = new Receiver(server, (server.address() as AddressInfo).port);
    return receiver;
  }

  /** Nobody listens there until {@link comeBack}. */
  async goAway(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  comeBack(): Promise<void> {
    return listening(this.server, this.port);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** What it took of a chat. */
  of(chatId: number): Received[] {
    return this.taken.filter(({ body }) => body.chatId === chatId);
  }

  /** Waits until it has taken so many events of a chat, and returns them. */
  async until(chatId: number, count: number): Promise<Received[]> {
    await eventually(() => this.of(chatId).length >= count);
    return this.of(chatId);
  }

  stop(): Promise<void> {
    return this.goAway();
  }
}

const listening = (server: Server, port: number) =>
  new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

/** Whether one of the signatures is that of the secret, by the reference library of Standard Webhooks. */
export function isSigned({ headers, text }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(text, headers as Record<string, string>);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

/** The first time that each event came, in the order of these. */
export function withoutRepeats(received: readonly Received[]): Received[] {
  const seen = new Set<string>();
  return received.filter(({ id }) => !seen.has(id) && seen.add(id));
}

/** A port of this machine at which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** How a receiver can fail. */
export const waysToBeDown: [string, Manner][] = [
  ['answers 500', () => 500],
  ['redirects', () => 302],
  ['has waited for too long', () => 408],
  ['says nothing', () => undefined],
  ['closes the connection', (_, response) => void response.socket!.destroy()],
  ['resets the connection', (_, response) => void response.socket!.resetAndDestroy()],
  ['answers what is no HTTP', (_, response) => void response.socket!.end(NO_HTTP)],
  [
    'stops in the middle of its answer',
    (_, response) => void response.writeHead(200, { 'content-length': 99 }).write('x'),
  ],
  ['drips', (_, response) => void drip(response)],
  ['is busy', (_, response) => void response.writeHead(429, { 'retry-after': '0' }).end()],
];

/** An alert of TLS, as a server sends it that was asked without. */
const NO_HTTP = Buffer.from([0x15, 3, 1, 0, 2, 2, 40]);

/** Writes a byte now and then, without end. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), 20);
  response.on('close', () => clearInterval(timer));
}
