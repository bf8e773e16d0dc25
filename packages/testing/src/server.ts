import { randomBytes } from 'node:crypto';
import type { Faults } from './faults/faults.js';
import { idOf, type Who } from './faults/identity.js';
import type { Happening, Passage } from './faults/happenings.js';
import { type FaultsProxy, startFaultsProxy } from './faults/proxy.js';
import type { Patience } from './faults/settled.js';
import { readAccount } from './judge/account.js';
import type { Difference } from './judge/compare.js';
import { judge } from './judge/judge.js';
import { type PrintedStore, toPrinted } from './judge/printed.js';
import { Keeper } from './keeper.js';
import { type ChatServerOptions, environmentOf } from './options.js';
import { makePeople, makeToken, type People } from './people.js';
import { serverFolder } from './places.js';
import { postgresUrl } from './postgres-url.js';
import { type Rest, restOf } from './rest.js';
import { chatRows, Tables } from './tables.js';
import { Truth } from './truth.js';
import type { Chat } from '@chat-api/client';

const START_WITHIN_MS = 60_000;

/** A chat server of a test, with its database and a proxy before it that makes faults. */
export class ChatServer {
  /** Calls REST past the proxy, as the application or in the name of a user. @throws RestError */
  readonly rest: Rest;
  private readonly tables: Tables;
  private stopped: Promise<void> | undefined;

  private constructor(
    private readonly keeper: Keeper,
    private readonly proxy: FaultsProxy,
    /** The API key of the application with `auth: 'jwt'`, else null. */
    readonly apiKey: string | null,
    private readonly withinMs: number,
  ) {
    this.rest = restOf(this.directUrl, apiKey);
    this.tables = new Tables(keeper.serving.databaseUrl);
  }

  static async start(options: ChatServerOptions): Promise<ChatServer> {
    const { polling = 'refuse', withinMs = START_WITHIN_MS } = options;
    const given = options.databaseUrl ?? (process.env.CHAT_TEST_DATABASE_URL || null);
    const databaseUrl = given === null ? null : postgresUrl(given);
    const { variables, apiKey } = environmentOf(options);
    const database = `chat_test_${randomBytes(6).toString('hex')}`;
    const plan = { serverPath: serverFolder(options.serverPath), databaseUrl, database, env: variables };
    const keeper = await Keeper.start(plan, withinMs);
    try {
      const proxy = await startFaultsProxy({ target: `http://127.0.0.1:${keeper.serving.port}`, polling });
      proxy.unref();
      return new ChatServer(keeper, proxy, apiKey, withinMs);
    } catch (error) {
      await keeper.stop();
      throw error;
    }
  }

  /** Where clients connect, by Socket.IO and REST: the proxy that makes the faults. */
  get url(): string {
    return this.proxy.url;
  }

  /** The server itself, without faults. */
  get directUrl(): string {
    return `http://127.0.0.1:${this.keeper.serving.port}`;
  }

  /** The database of this server. */
  get databaseUrl(): string {
    return this.keeper.serving.databaseUrl;
  }

  /** For `databaseUrl` of further servers that share this one's PostgreSQL. They must stop first. */
  get clusterUrl(): string {
    return this.keeper.serving.clusterUrl;
  }

  /** What the server has printed: at most the last million characters. */
  get log(): string {
    return this.keeper.log;
  }

  /** What was done so far to frames and connections; the newest 10,000. */
  get happenings(): readonly Happening[] {
    return this.proxy.happenings;
  }

  /**
   * New users with these names, and the direct chat of the first two.
   *
   * @throws TypeError when two have the same name, or one is called `chat`
   */
  async people<const Names extends readonly string[]>(...names: Names): Promise<People<Names>> {
    if (new Set([...names, 'chat']).size <= names.length) {
      throw new TypeError('Each of the people needs a name of their own, other than `chat`.');
    }
    const backend = { rest: this.rest, url: this.url, jwt: this.apiKey !== null };
    const people = await makePeople(names, backend);
    for (const person of people) this.proxy.name(person, person.name);
    const [first, second] = people;
    const chat = first && second ? await this.directChat(first, second) : null;
    return Object.fromEntries([
      ...people.map((one) => [one.name, one] as const),
      ['chat', chat],
    ]) as People<Names>;
  }

  /** The direct chat of two people. */
  directChat(one: Who, other: Who): Promise<Chat> {
    return this.rest<Chat>('POST', '/chats', { user1Id: idOf(one), user2Id: idOf(other) });
  }

  /** A new group of these people. The first is its owner. */
  group(title: string, people: readonly Who[]): Promise<Chat> {
    return this.rest<Chat>('POST', '/chats', { title, memberIds: people.map(idOf) });
  }

  /**
   * A new access token for a person, with `auth: 'jwt'`.
   *
   * @param seconds for how long it is valid; left out: ACCESS_TOKEN_SECONDS
   */
  token(who: Who, seconds?: number): Promise<string> {
    return makeToken(idOf(who), this.rest, seconds);
  }

  /**
   * From now on these go wrong on the wire, and nothing else; null: nothing.
   *
   * @throws TypeError that says which field is wrong
   */
  faults(faults: Faults | null): void {
    this.proxy.faults(faults);
  }

  /** Breaks the open connections of a person, or all. New ones are accepted. */
  cut(who?: Who): void {
    this.proxy.cut(who);
  }

  /** Breaks the connections of a person and turns new ones away, and REST requests that name them, until `online`. */
  offline(who: Who): void {
    this.proxy.offline(who);
  }

  online(who: Who): void {
    this.proxy.online(who);
  }

  /** Lets nothing pass on the connections of a person, or all, until `resume`; they stay open. */
  freeze(who?: Who): void {
    this.proxy.freeze(who);
  }

  /** Hands on what was held, in its order. */
  resume(who?: Who): void {
    this.proxy.resume(who);
  }

  /** How many WebSockets are open, of a person or of all. */
  connections(who?: Who): number {
    return this.proxy.open(who);
  }

  /** Hears every command, event and answer before anything is done to it. @returns the way off. */
  watch(listener: (passage: Passage) => void): () => void {
    return this.proxy.watch(listener);
  }

  /**
   * Waits until nothing is under way and nothing has passed for a while: 100 ms, unless `quietMs` says otherwise. What a
   * client is about to send, or to send again, is not known here: wait for that first.
   *
   * @throws Error that says what is still under way after `withinMs`, or else 10 s
   */
  settled(patience?: Patience): Promise<void> {
    return this.proxy.settled(patience);
  }

  /**
   * A chat as the tables have it.
   *
   * @throws Error when there is no such chat
   */
  async truth(chatId: number): Promise<Truth> {
    const rows = await this.tables.snapshot((sql) => chatRows(sql, chatId));
    if (!rows) throw new Error(`There is no chat ${chatId}.`);
    return new Truth(rows);
  }

  /**
   * In what a printed store differs from what the tables have for that person; empty: it is equal.
   *
   * @throws FormatError when it is not printed as it should be
   */
  async judge(who: Who, store: PrintedStore): Promise<Difference[]> {
    const printed = toPrinted(store);
    return judge(printed, await this.tables.snapshot((sql) => readAccount(sql, idOf(who))));
  }

  /** The rows of a statement. Integers of 64 bits are numbers, timestamps are Dates. */
  sql<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]> {
    return this.tables.sql<Row>(text, values);
  }

  /** Stops the server as a deployment does, or kills it as a crash does, and starts it again on the same data. */
  async restart({ kill = false } = {}): Promise<void> {
    await this.keeper.restart(kill ? 'kill' : 'restart', this.withinMs);
  }

  /** Ends everything that the start has begun, and removes the data. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  private async end(): Promise<void> {
    await this.proxy.stop();
    await this.tables.close();
    await this.keeper.stop();
  }
}

/**
 * Starts a chat server for tests: the real one, with a PostgreSQL of its own, on free ports.
 *
 * Call `stop` at the end. If the process ends without it, however it ends, the server and its data go too.
 *
 * @throws Error with what the server has printed, when it does not start
 */
export function startChatServer(options: ChatServerOptions = {}): Promise<ChatServer> {
  return ChatServer.start(options);
}
