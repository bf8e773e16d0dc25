import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import pg from 'pg';
import type { Type } from '@nestjs/common';
import request from 'supertest';
import { type RunningApp, startApp } from '../../src/app.js';
import { type AppConfig, parseConfig } from '../../src/config/config.js';
import type { Answer } from '../../src/contract/index.js';
import { freshDatabase } from './cluster.js';
import { wireOfThisRun } from './wire.js';

/** How long a test waits for something that should happen, in milliseconds. */
const PATIENCE_MS = 8_000;

type Options = Partial<ManagerOptions & SocketOptions>;

/** A stock Socket.IO client that keeps its events until a test reads them. */
export class Client {
  private readonly heard: { event: string; payload: unknown }[] = [];
  private waiting: { event: string; resolve(payload: unknown): void }[] = [];

  constructor(
    readonly socket: Socket,
    /** The user id; 0 before `userOnline`. */
    readonly userId: number,
  ) {
    socket.onAny((event: string, payload: unknown) => {
      const index = this.waiting.findIndex((one) => one.event === event);
      const [waiting] = index === -1 ? [] : this.waiting.splice(index, 1);
      if (waiting) waiting.resolve(payload);
      else this.heard.push({ event, payload });
    });
  }

  /** The next unread event of that name; waits if none has come yet. */
  async next<T = Record<string, unknown>>(event: string): Promise<T> {
    const index = this.heard.findIndex((one) => one.event === event);
    if (index !== -1) return this.heard.splice(index, 1)[0]!.payload as T;
    return within(
      PATIENCE_MS,
      `event ${event}`,
      new Promise((resolve) => this.waiting.push({ event, resolve: resolve })),
    );
  }

  /** Events of that name that have come and were not read yet. */
  unread(event: string): unknown[] {
    return this.heard.filter((one) => one.event === event).map((one) => one.payload);
  }

  /** Sends a command with a callback and returns the answer. */
  ask(command: string, ...args: unknown[]): Promise<Answer> {
    return within(
      PATIENCE_MS,
      `answer to ${command}`,
      new Promise((resolve) => this.socket.emit(command, ...args, resolve)),
    );
  }

  /** Sends a command with a callback and returns the data of its ok answer. */
  async ok<T = Record<string, unknown>>(command: string, ...args: unknown[]): Promise<T> {
    const answer = await this.ask(command, ...args);
    if (!answer.ok) throw new Error(`${command} failed: ${JSON.stringify(answer.error)}`);
    return answer.data as T;
  }

  /** Sends a command with a callback and returns the code of its error. */
  async refused(command: string, ...args: unknown[]): Promise<string> {
    const answer = await this.ask(command, ...args);
    if (answer.ok) throw new Error(`${command} was not refused: ${JSON.stringify(answer.data)}`);
    return answer.error.code;
  }

  /** Sends a command without a callback. */
  emit(command: string, ...args: unknown[]): void {
    this.socket.emit(command, ...args);
  }

  /** Waits until everything has arrived that the server sent to this client before now. */
  async settled(): Promise<void> {
    await this.ask('getOnlineUsers');
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** A running app on its own ports and database, and clients for it. */
export class World {
  private clients: Client[] = [];
  private static lastId = 1_000;

  private constructor(
    readonly app: RunningApp,
    readonly config: AppConfig,
    private readonly pool: pg.Pool,
    private readonly drop: () => Promise<void>,
  ) {}

  /**
   * `variables` are environment variables in addition to free ports and a fresh database, unless DATABASE_URL names the
   * one of another node. Without pages, which may be built or not; `webFolder`: those of that folder. `extensions`: modules of who embeds the server.
   */
  static async start(
    variables: Record<string, string> = {},
    { webFolder, extensions = [] }: { webFolder?: string; extensions?: Type[] } = {},
  ): Promise<World> {
    const { DATABASE_URL: given } = variables;
    const database =
      given === undefined ? await freshDatabase() : { url: given, drop: async () => undefined };
    const { config: parsed, faults } = parseConfig({
      NODE_ENV: 'test',
      PORT: '0',
      SOCKET_PORT: '0',
      HOST: '127.0.0.1',
      WEB: webFolder === undefined ? 'off' : 'on',
      PRESENCE_GRACE_MS: '50',
      RATE_LIMITS: 'off',
      DRAIN_NOTICE_MS: '0',
      DRAIN_SPREAD_MS: '0',
      // Nothing is sent to webhooks but where a test is about them.
      SINKS: 'off',
      DATABASE_URL: database.url,
      ...wireOfThisRun(),
      ...variables,
    });
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    const config = { ...parsed, web: { ...parsed.web, folder: webFolder ?? null } };
    const app = await startApp(config, false, extensions);
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    pool.on('error', () => undefined);
    return new World(app, config, pool, database.drop);
  }

  get http(): ReturnType<typeof request> {
    return request(`http://127.0.0.1:${this.app.httpPort}`);
  }

  get socketUrl(): string {
    return `http://127.0.0.1:${this.app.socketPort}`;
  }

  /** An unused id: worlds may share a database. */
  newId(): number {
    return ++World.lastId;
  }

  /** A connected client that has not identified itself. */
  async stranger(options: Options = {}): Promise<Client> {
    return this.connect(0, options);
  }

  /** A client whose user is online. */
  async person(userId = this.newId(), options: Options = {}): Promise<Client> {
    const client = await this.connect(userId, options);
    await client.ok('userOnline', userId);
    return client;
  }

  /** A client that is connected with a token, under AUTH=jwt: its user is online without `userOnline`. */
  async bearer(userId: number, token: string): Promise<Client> {
    return this.connect(userId, { auth: { token } });
  }

  /** Two users with a direct chat. */
  async pair(): Promise<{ alice: Client; bob: Client; chatId: number }> {
    const [alice, bob] = await Promise.all([this.person(), this.person()]);
    const { id } = await alice.ok<{ id: number }>('createChat', {
      user1Id: alice.userId,
      user2Id: bob.userId,
    });
    await bob.next('newChat');
    return { alice, bob, chatId: id };
  }

  /** Queries the database. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>(text, values);
    return rows;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.app.stop();
    await this.pool.end();
    await this.drop();
  }

  private async connect(userId: number, options: Options): Promise<Client> {
    const socket = io(this.socketUrl, { transports: ['websocket'], forceNew: true, ...options });
    const client = new Client(socket, userId);
    this.clients.push(client);
    await within(
      PATIENCE_MS,
      'connection',
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        // A server that is too busy refuses for now, and a stock client tries again by itself.
        socket.on('connect_error', (error) => {
          if (!socket.active || options.reconnection === false) reject(error);
        });
      }),
    );
    return client;
  }
}

/** Fails with a message instead of hanging. */
async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No ${what} within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Polls until the check is true. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Still not so after ${PATIENCE_MS} ms: ${check.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
