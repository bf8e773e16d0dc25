import { setTimeout as sleep } from 'node:timers/promises';
import { History } from './history.js';
import { Load, type LoadOptions, type RandomOf } from './load/load.js';
import { Random } from './random.js';
import { AppNode, type Settings } from './subjects/app-node.js';
import type { Postgres } from './subjects/postgres.js';
import { Proxy } from './subjects/proxy.js';
import { Redis } from './subjects/redis.js';
import { readVersions } from './truth.js';

/** How many nodes serve. */
export type Size = 1 | 2;

export const SIZES: readonly Size[] = [1, 2];

/** One way to break something, while people go on writing. */
export interface Fault {
  /** One line: what is done. */
  title: string;
  /** One line: what has to hold. */
  expected: string;
  /** The sizes that it makes sense for; without it, all. */
  sizes?: readonly Size[];
  /** Works the fault. What it started in the arena is judged and stopped by whoever called. */
  run(arena: Arena): Promise<void>;
  /** What can be seen only when everybody has settled and was judged, and may close the loads. */
  afterwards?(arena: Arena): Promise<void>;
  /** Why it can not be run on this machine; null where it can. */
  lacks?(): string | null;
}

export type Nodes = [AppNode, ...AppNode[]];

/** Where Socket.IO's clients reach them. */
export function portsOf(nodes: readonly AppNode[]): number[] {
  return nodes.map(({ socketPort }) => socketPort);
}

/** Where a fault takes place: an empty database, and whatever it starts there. */
export class Arena {
  readonly history = new History();
  readonly nodes: AppNode[] = [];
  readonly loads: Load[] = [];
  readonly proxies: Proxy[] = [];
  private readonly redises: Redis[] = [];
  private readonly undoing: (() => Promise<void> | void)[] = [];
  /** Sentences about promises that were broken, beside what the checker finds. */
  readonly problems: string[] = [];
  /** Sentences for the person who reads the report. */
  readonly notes: string[] = [];
  /** The longest recovery, in seconds; null when nothing had to recover. */
  recovery: number | null = null;
  /** Set where every command that was taken has to be answered, connections that close notwithstanding. */
  answersAllTaken = false;
  /** Set where answers get lost on the way: some of what is sent again has to be there already. */
  answersAreLost = false;
  /** Set where nothing is done to clients and their connections: they have to stay, whatever else fails. */
  connectionsStay = false;
  /** Cleared where people leave chats meanwhile: not every message of a chat is theirs to hear. */
  membersStay = true;

  /** Choices of the fault itself, which does one thing after another. */
  readonly random: Random;

  constructor(
    /** Of the database. */
    readonly name: string,
    readonly databaseUrl: string,
    readonly postgres: Postgres,
    private readonly seed: number,
    readonly size: Size,
    private readonly quick: boolean,
    private readonly sayLine: (line: string) => void,
  ) {
    this.random = this.randomOf('fault');
  }

  /** Choices of the part of the run that is called so, beside which others go on. */
  randomOf(...part: readonly (string | number)[]): Random {
    return Random.of(this.seed, this.name, ...part);
  }

  say(text: string): void {
    this.sayLine(`     ${text}`);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  expect(kept: boolean, promise: string): void {
    if (!kept) this.problems.push(promise);
  }

  /** Of two lengths, the one for this run. */
  scale(full: number, quick: number): number {
    return this.quick ? quick : full;
  }

  /** One more node. Most faults want `serve`. */
  async node(settings: Settings = {}): Promise<AppNode> {
    const node = await AppNode.start(`node ${this.nodes.length + 1}`, this.databaseUrl, settings);
    this.nodes.push(node);
    return node;
  }

  /** A Redis that does not run yet. */
  async redisNotYet(): Promise<Redis> {
    const redis = await Redis.notYet();
    this.redises.push(redis);
    return redis;
  }

  async redis(): Promise<Redis> {
    const redis = await Redis.start();
    this.redises.push(redis);
    return redis;
  }

  /** The nodes of this run: one by itself, or two that are joined by a Redis. */
  async serve(settings: Settings = {}): Promise<Nodes> {
    if (this.size === 1) return [await this.node(settings)];
    const { port } = await this.redis();
    return this.serveWith([port, port], settings);
  }

  /**
   * The nodes of this run, with a Redis, one alone too.
   *
   * @param redisPorts of each node its own way there, for links that fail; one alone takes the last.
   */
  async serveWith(redisPorts: readonly [number, number], settings: Settings = {}): Promise<Nodes> {
    const [first, last] = redisPorts.map((port) => ({ ...settings, REDIS_URL: Redis.urlOf(port) }));
    // One after the other: numbers and names are theirs for the report.
    return this.size === 1 ? [await this.node(last)] : [await this.node(first), await this.node(last)];
  }

  /** Done when the fault is over, whatever came of it; the last one first. */
  undo(work: () => Promise<void> | void): void {
    this.undoing.unshift(work);
  }

  /** A network that can be made to fail, between clients and the nodes; a client that comes again gets the next one. */
  async network(nodes: readonly AppNode[]): Promise<Proxy> {
    return this.proxyTo(...portsOf(nodes));
  }

  async proxyTo(...ports: readonly number[]): Promise<Proxy> {
    const proxy = await Proxy.to(...ports);
    this.proxies.push(proxy);
    return proxy;
  }

  /** Clients come by it to the nodes that say they are ready; it asks them as a load balancer does. */
  async balancer(nodes: readonly AppNode[]): Promise<Proxy> {
    const proxy = await this.network(nodes);
    let open = true;
    const watch = async (): Promise<void> => {
      while (open) {
        const ready = await Promise.all(nodes.map((node) => node.isReady()));
        proxy.targets = portsOf(nodes.filter((_, i) => ready[i]));
        await sleep(100);
      }
    };
    const done = watch();
    this.undo(async () => {
      open = false;
      await done;
    });
    return proxy;
  }

  /** Says how many chats of people are not whole on a device of theirs, of a load that writes no more. */
  async behind(load: Load): Promise<() => number> {
    const versions = await readVersions(this.databaseUrl);
    return () =>
      versions.filter(({ chatId, userId, version }) =>
        load.devices.some(
          (device) => device.userId === userId && device.replica.versions()[chatId] !== version,
        ),
      ).length;
  }

  /**
   * Waits until the replicas of a load that writes no more are whole, by what the server tells them alone: nobody
   * asks on their behalf.
   */
  async converges(load: Load, withinMs: number): Promise<void> {
    const behind = await this.behind(load);
    const began = performance.now();
    const found = behind();
    await this.until(() => behind() === 0, withinMs);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const left = behind();
    this.expect(left === 0, `${left} chats of people were not made whole within ${seconds} s of the repair`);
    if (left === 0) this.note(`${found} chats of people were behind at the repair, none ${seconds} s later`);
  }

  /** Waits until it is so, and looks every 50 ms; false when that takes longer than so many milliseconds. */
  async until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!(await isSo())) {
      if (performance.now() > end) return false;
      await sleep(50);
    }
    return true;
  }

  /** People who write and listen; resolves when everybody is served. */
  async load(options: Partial<Omit<LoadOptions, 'nr'>> & Pick<LoadOptions, 'ports'>): Promise<Load> {
    const usual = {
      people: 12,
      friends: 2,
      window: 3,
      thinkMs: 60,
      changeMs: 300,
      resend: 0,
      newChats: 0.004,
      listeners: 0,
      padding: 0,
    };
    const nr = this.loads.length + 1;
    const randomOf: RandomOf = (...part) => this.randomOf('load', nr, ...part);
    const load = new Load(this.history, randomOf, { ...usual, ...options, nr });
    this.loads.push(load);
    await load.start();
    return load;
  }

  /** Ends everything that was started here. */
  async close(): Promise<void> {
    for (const load of this.loads) load.close();
    for (const node of this.nodes) node.thaw();
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const undo of this.undoing) await undo();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    for (const redis of this.redises) redis.close();
  }

  /** Waits until everybody in the load has been served since then, and notes how long that took. */
  async recovered(load: Load, since: number): Promise<number> {
    const seconds = await load.recovered(since);
    this.recovery = Math.max(this.recovery ?? 0, seconds);
    return seconds;
  }
}
