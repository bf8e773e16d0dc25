import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { type Faults, type Plan, planOf } from './faults.js';
import { forwardRequest, openUpstream } from './forward.js';
import type { Happening, Passage } from './happenings.js';
import { idOf, namedByHeaders, type Who } from './identity.js';
import { Line, type Wire } from './line.js';
import { type Patience, untilSettled } from './settled.js';

export interface FaultsProxyOptions {
  /** The server, such as `http://127.0.0.1:3000`. */
  target: string;
  /** On 127.0.0.1. Left out: a free one. */
  port?: number;
  /**
   * Faults are for WebSockets. `refuse`: long polling gets 400, so that no client slips past the faults unnoticed: give
   * it `transports: ['websocket']`. `pass`: it passes untouched.
   */
  polling?: 'refuse' | 'pass';
}

/** Most happenings that are kept. */
const KEPT = 10_000;

const NO_POLLING =
  "The faults proxy passes no long polling, on which its faults would have no effect. Connect with transports: ['websocket'], or start it with polling: 'pass'.\n";

/** A proxy before a Socket.IO server, which does to its frames what networks do. */
export class FaultsProxy {
  /** What was done so far to frames and connections; the newest 10,000. */
  readonly happenings: Happening[] = [];
  /** Where clients connect, by Socket.IO and REST. */
  readonly url: string;
  private plan: Plan | null = null;
  private readonly lines = new Set<Line>();
  private readonly sockets = new Set<Socket>();
  private readonly away = new Set<number>();
  private readonly frozen = new Set<number>();
  private allFrozen = false;
  private readonly names = new Map<number, string>();
  private connections = new Map<string, number>();
  private readonly watchers = new Set<(passage: Passage) => void>();
  private readonly witnesses = new Set<(happening: Happening) => void>();
  private requests = 0;
  private lastPassed = 0;

  private constructor(
    private readonly target: URL,
    private readonly polling: 'refuse' | 'pass',
    private readonly server: Server,
  ) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clients = new WebSocketServer({ noServer: true });
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request, answer) => void this.request(request, answer));
    server.on('upgrade', (request, socket, head) => void this.upgrade(clients, request, socket, head));
  }

  static async start({ target, port = 0, polling = 'refuse' }: FaultsProxyOptions): Promise<FaultsProxy> {
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new FaultsProxy(new URL(target), polling, server);
  }

  /**
   * From now on these go wrong, and nothing else; null: nothing. What an earlier call has delayed still comes late.
   *
   * @throws TypeError that says which field is wrong.
   */
  faults(faults: Faults | null): void {
    this.plan = faults && planOf(faults);
    this.connections = new Map();
    for (const line of this.lines) line.begin(this.drawerOf(line.person));
  }

  /** Breaks the open connections of a person, or all. New ones are accepted. */
  cut(who?: Who): void {
    for (const line of this.linesOf(who)) line.cut();
  }

  /** Breaks the connections of a person and turns new ones away, and HTTP requests that name them, until `online`. */
  offline(who: Who): void {
    this.away.add(idOf(who));
    this.cut(who);
  }

  /** The person may connect again. */
  online(who: Who): void {
    this.away.delete(idOf(who));
  }

  /** Lets nothing pass in either direction on the connections of a person, or all, new ones included; they stay open. */
  freeze(who?: Who): void {
    if (who === undefined) this.allFrozen = true;
    else this.frozen.add(idOf(who));
    for (const line of this.linesOf(who)) line.freeze();
  }

  /** Hands on what was held, in its order. Left out: everybody's. */
  resume(who?: Who): void {
    if (who === undefined) {
      this.allFrozen = false;
      this.frozen.clear();
    } else this.frozen.delete(idOf(who));
    for (const line of this.linesOf(who)) if (!this.freezes(line)) line.resume();
  }

  /** How many WebSockets are open, of a person or of all. */
  open(who?: Who): number {
    return this.linesOf(who).length;
  }

  /** Calls the person by this name in `happenings`. The faults of a seed go by it, so that ids may differ between runs. */
  name(who: Who, name: string): void {
    this.names.set(idOf(who), name);
  }

  /** Hears every command, event and answer as it reaches the proxy, before anything is done to it. @returns the way off. */
  watch(listener: (passage: Passage) => void): () => void {
    this.watchers.add(listener);
    return () => void this.watchers.delete(listener);
  }

  /** Hears what is done to frames and connections, when it is done. @returns the way off. */
  onHappening(listener: (happening: Happening) => void): () => void {
    this.witnesses.add(listener);
    return () => void this.witnesses.delete(listener);
  }

  /**
   * Waits until nothing is under way: no event delayed, no command or HTTP request unanswered, and nothing has passed for
   * a while. What a client is about to send, or to send again, is not known here: wait for that first.
   *
   * @throws Error that says what is still under way.
   */
  settled(patience?: Patience): Promise<void> {
    return untilSettled(() => ({ pending: this.pending, quietMs: Date.now() - this.lastPassed }), patience);
  }

  /** Breaks all connections and frees the port. */
  async stop(): Promise<void> {
    for (const line of this.lines) line.cut();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  /** A test that has forgotten `stop` still ends. */
  unref(): void {
    this.server.unref();
  }

  private get pending(): string | null {
    if (this.requests > 0) return `${this.requests} HTTP requests have no answer yet`;
    for (const line of this.lines) if (line.pending !== null) return line.pending;
    return null;
  }

  private async request(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const person = namedByHeaders(request.headers);
    if (person !== null && this.away.has(person)) {
      request.socket.destroy();
      return;
    }
    if (this.polling === 'refuse' && /^\/socket\.io\/.*[?&]transport=polling/.test(request.url ?? '')) {
      answer
        .writeHead(400, { 'Content-Type': 'text/plain', 'Access-Control-Allow-Origin': '*' })
        .end(NO_POLLING);
      return;
    }
    this.requests++;
    await forwardRequest(this.target, request, answer);
    this.requests--;
    this.lastPassed = Date.now();
  }

  private async upgrade(
    clients: WebSocketServer,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    socket.on('error', () => undefined);
    const upstream = await openUpstream(this.target, request, socket);
    if (!upstream) return;
    clients.handleUpgrade(request, socket, head, (client) => {
      const line = new Line(client, upstream, this.wire);
      this.lines.add(line);
      line.begin(this.drawerOf(null));
      upstream.resume();
      if (this.allFrozen) line.freeze();
    });
  }

  private readonly wire: Wire = this.asWire();

  private asWire(): Wire {
    const planNow = () => this.plan;
    return {
      get plan() {
        return planNow();
      },
      admits: (line) => {
        line.begin(this.drawerOf(line.person));
        if (this.freezes(line)) line.freeze();
        return line.person === null || !this.away.has(line.person);
      },
      passed: (passage) => {
        this.lastPassed = Date.now();
        if (passage) for (const watcher of this.watchers) watcher(passage);
      },
      happened: (happening) => {
        this.happenings.push(happening);
        if (this.happenings.length > KEPT) this.happenings.shift();
        for (const witness of this.witnesses) witness(happening);
      },
      closed: (line) => void this.lines.delete(line),
    };
  }

  private freezes({ person }: Line): boolean {
    return this.allFrozen || (person !== null && this.frozen.has(person));
  }

  private drawerOf(person: number | null) {
    const name = person === null ? '?' : (this.names.get(person) ?? String(person));
    const connection = this.connections.get(name) ?? 0;
    this.connections.set(name, connection + 1);
    return { person: name, connection };
  }

  private linesOf(who: Who | undefined): Line[] {
    const lines = [...this.lines];
    return who === undefined ? lines : lines.filter(({ person }) => person === idOf(who));
  }
}

/** Starts a proxy before any Socket.IO server, on a free port of 127.0.0.1. */
export function startFaultsProxy(options: FaultsProxyOptions): Promise<FaultsProxy> {
  return FaultsProxy.start(options);
}
