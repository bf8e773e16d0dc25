import { setTimeout as sleep } from 'node:timers/promises';
import { History } from './history.js';
import { Load, type LoadOptions, type RandomOf } from './load/load.js';
import { Random } from './random.js';
import { AppNode, type Settings } from './subjects/app-node.js';
import type { Postgres } from './subjects/postgres.js';
import { Proxy } from './subjects/proxy.js';
import { Redis } from './subjects/redis.js';
import { readVersions } from './truth.js';

/** The number of nodes. */
export type Size = 1 | 2;

export const SIZES: readonly Size[] = [1, 2];

/** One way to break something under load. */
export interface Fault {
  /** One line: what it does. */
  title: string;
  /** One line: what must hold. */
  expected: string;
  /** The sizes for which it makes sense; default: all. */
  sizes?: readonly Size[];
  /** Runs the fault. The caller checks and stops what it started in the arena. */
  run(arena: Arena): Promise<void>;
  /** Checks that are possible only after everything has settled and was checked; may close the loads. */
  afterwards?(arena: Arena): Promise<void>;
  /** Why it can't run on this machine; null: it can. */
  lacks?(): string | null;
}

export type Nodes = [AppNode, ...AppNode[]];

/** The Socket.IO ports of nodes. */
export function portsOf(nodes: readonly AppNode[]): number[] {
  return nodes.map(({ socketPort }) => socketPort);
}

/** The environment of a fault: an empty database, and everything that the fault starts. */
export class Arena {
  readonly history = new History();
  readonly nodes: AppNode[] = [];
  readonly loads: Load[] = [];
  readonly proxies: Proxy[] = [];
  private readonly redises: Redis[] = [];
  private readonly undoing: (() => Promise<void> | void)[] = [];
  /** Broken promises besides those that the checker finds, a sentence each. */
  readonly problems: string[] = [];
  /** Notes for the report, a sentence each. */
  readonly notes: string[] = [];
  /** The longest recovery, in seconds; null when nothing had to recover. */
  recovery: number | null = null;
  /** Set if every accepted command must be answered even when its connection closes. */
  answersAllTaken = false;
  /** Set if answers get lost on the way: then some retries must find their message stored already. */
  answersAreLost = false;
  /** Set if the fault does not touch clients and their connections: they must stay, whatever else fails. */
  connectionsStay = false;
  /** Cleared if users leave chats meanwhile: then they need not get every message of a chat. */
  membersStay = true;

  /** Random choices of the fault itself, which runs sequentially. */
  readonly random: Random;

  constructor(
    /** The name of the database. */
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

  /** Random choices of a named part of the run that runs concurrently with others. */
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

  /** The value for this run: full or quick. */
  scale(full: number, quick: number): number {
    return this.quick ? quick : full;
  }

  /** Starts one more node. Most faults use `serve`. */
  async node(settings: Settings = {}): Promise<AppNode> {
    const node = await AppNode.start(`node ${this.nodes.length + 1}`, this.databaseUrl, settings);
    this.nodes.push(node);
    return node;
  }

  /** A Redis that is not running yet. */
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

  /** Starts the nodes of this run: one alone, or two with a Redis between them. */
  async serve(settings: Settings = {}): Promise<Nodes> {
    if (this.size === 1) return [await this.node(settings)];
    const { port } = await this.redis();
    return this.serveWith([port, port], settings);
  }

  /**
   * Starts the nodes of this run, always with a Redis.
   *
   * @param redisPorts a port of Redis for each node, for links that fail; a single node takes the last.
   */
  async serveWith(redisPorts: readonly [number, number], settings: Settings = {}): Promise<Nodes> {
    const [first, last] = redisPorts.map((port) => ({ ...settings, REDIS_URL: Redis.urlOf(port) }));
    // One after the other, so that their names in the report are in order.
    return this.size === 1 ? [await this.node(last)] : [await this.node(first), await this.node(last)];
  }

  /** Runs when the fault is over, even if it failed; the last one first. */
  undo(work: () => Promise<void> | void): void {
    this.undoing.unshift(work);
  }

  /** A network between clients and nodes that can fail. Each connection goes to the next node. */
  async network(nodes: readonly AppNode[]): Promise<Proxy> {
    return this.proxyTo(...portsOf(nodes));
  }

  async proxyTo(...ports: readonly number[]): Promise<Proxy> {
    const proxy = await Proxy.to(...ports);
    this.proxies.push(proxy);
    return proxy;
  }

  /** A load balancer: it polls the nodes for readiness and sends clients to those that are ready. */
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

  /** The number of users' chats that are incomplete on one of their devices, after the load has stopped writing. */
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
   * Waits, after the load has stopped writing, until its replicas are complete. They learn of the gaps only from the
   * server: the harness does not trigger `sync`.
   */
  async converges(load: Load, withinMs: number): Promise<void> {
    const behind = await this.behind(load);
    const began = performance.now();
    const found = behind();
    await this.until(() => behind() === 0, withinMs);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const left = behind();
    this.expect(left === 0, `${left} users' chats were still incomplete ${seconds} s after the repair`);
    if (left === 0) this.note(`${found} users' chats were behind at the repair, none ${seconds} s later`);
  }

  /** Polls a condition every 50 ms; false if it is not met within so many milliseconds. */
  async until(isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!(await isSo())) {
      if (performance.now() > end) return false;
      await sleep(50);
    }
    return true;
  }

  /** Starts users who write and listen; resolves when everybody is served. */
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

  /** Stops everything that was started here. */
  async close(): Promise<void> {
    for (const load of this.loads) load.close();
    for (const node of this.nodes) node.thaw();
    await Promise.all(this.nodes.map((node) => node.stop()));
    for (const undo of this.undoing) await undo();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    for (const redis of this.redises) redis.close();
  }

  /** Waits until everybody in the load has been served since that time, and records how long it took. */
  async recovered(load: Load, since: number): Promise<number> {
    const seconds = await load.recovered(since);
    this.recovery = Math.max(this.recovery ?? 0, seconds);
    return seconds;
  }
}
