import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operations } from '../bench/ipc.js';
import { type Child, startChild } from '../bench/subjects/child.js';
import type { Settings } from '../chaos/subjects/app-node.js';
import { ReverseProxy, shippedPathOf } from '../chaos/subjects/reverse-proxy.js';
import type { Attack } from './attack.js';
import type { AttackerOperations } from './attacker/process.js';
import type { Outcome } from './attacker/tally.js';
import type { Figures } from './bystander/figures.js';
import type { BystanderOperations } from './bystander/process.js';
import type { Options } from './options.js';
import { Scene } from './subjects/scene.js';
import { API_KEY, Server, settingsOf } from './subjects/server.js';
import { type Evidence, judge } from './verdict.js';

/** How long an attacker may take to stop and count after its time, in milliseconds. */
const STOP_WITHIN_MS = 15_000;

/** An attack, and what it was prepared with. */
export interface Trial {
  name: string;
  /** Its place in the run. */
  nth: number;
  attack: Attack;
  data: unknown;
}

/** The two users of the bystander, who have a direct chat. */
export interface Bystanders {
  people: { id: number; token: string }[];
  chatId: number;
}

/** What a run has: a database, and what connects its nodes if there are several. */
export interface Place {
  databaseUrl: string;
  /** The database of the bystander's own node; null: the bystander is where the attack is. */
  bystandersUrl: string | null;
  shared: Settings;
  bystanders: Bystanders;
}

export interface Result extends Evidence {
  name: string;
  faults: string[];
  /** Lines about a node's end. */
  log: string[];
}

/** The nodes that are attacked, and the bystander on them. */
export class Ring {
  private constructor(
    private readonly attack: Attack,
    private readonly options: Options,
    private readonly servers: readonly Server[],
    /** Before them; null: everybody comes to the nodes themselves. */
    private readonly proxy: ReverseProxy | null,
    /** The bystander's own node, if it has one. */
    private readonly other: Server | null,
    private readonly bystander: Child<BystanderOperations>,
    private readonly quiet: Figures,
  ) {}

  /** Starts nodes for an attack, and measures the bystander while nothing happens. */
  static async open(attack: Attack, place: Place, options: Options): Promise<Ring> {
    // Nodes to compare with are no system of several nodes: they have no proxy in common.
    const isProxied = options.nginx && !attack.others;
    const shared = isProxied ? { ...place.shared, TRUST_PROXY: '1' } : place.shared;
    const servers = await startServers(attack, { ...place, shared }, options.nodes);
    const settings = settingsOf(attack.auth ?? 'jwt', 'on');
    const other =
      place.bystandersUrl === null
        ? null
        : await Server.start("the bystander's node", place.bystandersUrl, settings);
    const bystander = childOf<BystanderOperations>('the bystander', './bystander/process.js');
    let proxy: ReverseProxy | null = null;
    try {
      if (isProxied) proxy = await startProxy(servers);
      const isOpenMode = attack.auth === 'open';
      const { people: all, chatId } = place.bystanders;
      const people = all.map(({ id, token }) => ({ id, token: isOpenMode ? null : token }));
      // Nodes to compare with know nothing of each other.
      const ports = portsOf(other ? [other] : attack.others ? servers.slice(0, 1) : servers, proxy);
      await bystander.peer.request('open', { ...ports, people, chatId });
      const quiet = await phaseOf(bystander, () => sleep(options.quietSeconds * 1_000));
      return new Ring(attack, options, servers, proxy, other, bystander, quiet);
    } catch (error) {
      await Promise.all([
        bystander.stop(),
        proxy?.stop(),
        other?.stop(),
        ...servers.map((server) => server.stop()),
      ]);
      throw error;
    }
  }

  /** Whether another attack may have the same nodes. */
  fits({ auth, others }: Attack): boolean {
    return auth === this.attack.auth && others === undefined && this.attack.others === undefined;
  }

  /** Runs an attack and judges it. */
  async run(trial: Trial): Promise<Result> {
    const { servers, proxy, bystander, quiet, options } = this;
    const { name, nth, attack, data } = trial;
    const { seconds, seed, strict } = options;
    const attacker = childOf<AttackerOperations>('the attacker', './attacker/process.js');
    try {
      for (const server of servers) server.begin();
      let outcome!: Outcome;
      const orders = { attack: name, nth, data, ...portsOf(servers, proxy), seconds, seed };
      const under = await phaseOf(bystander, async () => {
        outcome = await bounded(attacker.peer.request('run', orders), seconds * 1_000 + STOP_WITHIN_MS);
      });
      const nodes = await Promise.all(servers.map((server) => server.end()));
      const problems = await this.afterwards(trial, outcome);
      const allowance = attack.allows?.(seconds) ?? null;
      const fate = (proxy && attack.fateBehindProxy) ?? attack.fate;
      const evidence: Evidence = { fate, allowance, nodes, outcome, quiet, under, problems };
      const log = servers.flatMap(({ node }) => node.faults);
      return { ...evidence, name, faults: judge(evidence, strict), log };
    } finally {
      await attacker.stop();
    }
  }

  async close(): Promise<void> {
    const { bystander, proxy, other, servers } = this;
    await Promise.all([
      bystander.stop(),
      proxy?.stop(),
      other?.stop(),
      ...servers.map((server) => server.stop()),
    ]);
  }

  private async afterwards({ attack, data }: Trial, outcome: Outcome): Promise<string[]> {
    const [first] = this.servers;
    if (!attack.afterwards || !first || first.node.pid === null) return [];
    const scene = new Scene(first.node.httpPort, first.node.socketPort, API_KEY);
    try {
      return await attack.afterwards(scene, data, outcome);
    } catch (error) {
      return [`the check after the attack failed: ${error instanceof Error ? error.message : String(error)}`];
    } finally {
      scene.close();
    }
  }
}

async function startServers(attack: Attack, place: Place, count: number): Promise<Server[]> {
  const settings = { ...settingsOf(attack.auth ?? 'jwt', 'on'), ...place.shared };
  const all = [...Array.from({ length: attack.others ? 1 : count }, () => ({})), ...(attack.others ?? [])];
  const servers: Server[] = [];
  for (const [nth, own] of all.entries())
    servers.push(await Server.start(`node ${nth + 1}`, place.databaseUrl, { ...settings, ...own }));
  return servers;
}

/** nginx before one or two nodes. */
function startProxy([first, second]: readonly Server[]): Promise<ReverseProxy> {
  const portsIn = ({ node }: Server) => ({ rest: node.httpPort, sockets: node.socketPort });
  // This file runs from dist/tools/abuse.
  const shipped = readFileSync(new URL(`../../../${shippedPathOf('nginx')}`, import.meta.url), 'utf8');
  return ReverseProxy.start('nginx', shipped, [portsIn(first!), second && portsIn(second)]);
}

/** Where attackers and bystander connect. */
function portsOf(
  servers: readonly Server[],
  proxy: ReverseProxy | null,
): { httpPorts: number[]; socketPorts: number[] } {
  if (proxy) return { httpPorts: [proxy.port], socketPorts: [proxy.port] };
  return {
    httpPorts: servers.map(({ node }) => node.httpPort),
    socketPorts: servers.map(({ node }) => node.socketPort),
  };
}

function childOf<M extends Operations<M>>(name: string, module: string): Child<M> {
  return startChild<M>(name, new URL(module, import.meta.url).href, { probe: false });
}

async function phaseOf(
  bystander: Child<BystanderOperations>,
  work: () => Promise<unknown>,
): Promise<Figures> {
  await bystander.peer.request('begin', null);
  await work();
  return bystander.peer.request('end', null);
}

/** @throws Error when it takes longer. */
async function bounded<T>(work: Promise<T>, ms: number): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, null, { signal: stop.signal }).then(() => {
    throw new Error(`the attacker did not end within ${Math.round(ms / 1_000)} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}
