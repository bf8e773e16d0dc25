import { History } from './history.js';
import { Load, type LoadOptions } from './load/load.js';
import type { Random } from './random.js';
import { AppNode } from './subjects/app-node.js';
import type { Postgres } from './subjects/postgres.js';
import { Proxy } from './subjects/proxy.js';

/** One way to break something, while people go on writing. */
export interface Fault {
  /** One line: what is done. */
  title: string;
  /** One line: what has to hold. */
  expected: string;
  /** Works the fault. What it started in the arena is judged and stopped by whoever called. */
  run(arena: Arena): Promise<void>;
}

/** Where a fault takes place: an empty database, and whatever it starts there. */
export class Arena {
  readonly history = new History();
  readonly nodes: AppNode[] = [];
  readonly loads: Load[] = [];
  readonly proxies: Proxy[] = [];
  /** Sentences about promises that were broken, beside what the checker finds. */
  readonly problems: string[] = [];
  /** Sentences for the person who reads the report. */
  readonly notes: string[] = [];
  /** The longest recovery, in seconds; null when nothing had to recover. */
  recovery: number | null = null;

  constructor(
    /** Of the database. */
    readonly name: string,
    readonly databaseUrl: string,
    readonly postgres: Postgres,
    readonly random: Random,
    readonly quick: boolean,
    private readonly sayLine: (line: string) => void,
  ) {}

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

  async node(): Promise<AppNode> {
    const node = await AppNode.start(`node ${this.nodes.length + 1}`, this.databaseUrl);
    this.nodes.push(node);
    return node;
  }

  /** A network that can be made to fail, between clients and a node. */
  async proxy(node: AppNode): Promise<Proxy> {
    const proxy = await Proxy.to(node.socketPort);
    this.proxies.push(proxy);
    return proxy;
  }

  /** People who write and listen; resolves when everybody is served. */
  async load(options: Partial<LoadOptions> & Pick<LoadOptions, 'ports'>): Promise<Load> {
    const usual = {
      people: 12,
      friends: 2,
      window: 3,
      thinkMs: 60,
      changeMs: 300,
      resend: 0,
      newChats: 0.004,
    };
    const load = new Load(this.history, this.random, { ...usual, ...options });
    this.loads.push(load);
    await load.start();
    return load;
  }

  /** Ends everything that was started here. */
  async close(): Promise<void> {
    for (const load of this.loads) load.close();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Waits until everybody in the load has been served since then, and notes how long that took. */
  async recovered(load: Load, since: number): Promise<number> {
    const seconds = await load.recovered(since);
    this.recovery = Math.max(this.recovery ?? 0, seconds);
    return seconds;
  }
}
