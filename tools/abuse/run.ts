import { setTimeout as sleep } from 'node:timers/promises';
import type { Operations } from '../bench/ipc.js';
import { type Child, startChild } from '../bench/subjects/child.js';
import type { Settings } from '../chaos/subjects/app-node.js';
import type { Attack } from './attack.js';
import type { AttackerOperations } from './attacker/process.js';
import type { Outcome } from './attacker/tally.js';
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
  shared: Settings;
}

export interface Result extends Evidence {
  name: string;
  faults: string[];
  /** Lines about a node's end. */
  log: string[];
}

/** Runs an attack on fresh nodes and judges it. */
export async function runTrial(
  trial: Trial,
  place: Place,
  bystanders: Bystanders,
  options: Options,
): Promise<Result> {
  const { name, attack, data } = trial;
  const servers = await startServers(attack, place, options.nodes);
  const nodes = servers.map(({ node }) => node);
  const ports = {
    httpPorts: nodes.map(({ httpPort }) => httpPort),
    socketPorts: nodes.map(({ socketPort }) => socketPort),
  };
  const bystander = childOf<BystanderOperations>('the bystander', './bystander/process.js');
  const attacker = childOf<AttackerOperations>('the attacker', './attacker/process.js');
  try {
    const isOpenMode = attack.auth === 'open';
    const people = bystanders.people.map(({ id, token }) => ({ id, token: isOpenMode ? null : token }));
    await bystander.peer.request('open', { ...ports, people, chatId: bystanders.chatId });
    const quiet = await phaseOf(bystander, () => sleep(options.quietSeconds * 1_000));
    for (const server of servers) server.begin();
    let outcome!: Outcome;
    const orders = { attack: name, data, ...ports, seconds: options.seconds, seed: options.seed };
    const under = await phaseOf(bystander, async () => {
      outcome = await bounded(attacker.peer.request('run', orders), options.seconds * 1_000 + STOP_WITHIN_MS);
    });
    const vitals = await Promise.all(servers.map((server) => server.end()));
    const problems = await afterwards(trial, servers, outcome);
    const allowance = attack.allows?.(options.seconds) ?? null;
    const evidence: Evidence = {
      fate: attack.fate,
      allowance,
      nodes: vitals,
      outcome,
      quiet,
      under,
      problems,
    };
    return {
      ...evidence,
      name,
      faults: judge(evidence, options.strict),
      log: nodes.flatMap(({ faults }) => faults),
    };
  } finally {
    await Promise.all([bystander.stop(), attacker.stop(), ...servers.map((server) => server.stop())]);
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

function childOf<M extends Operations<M>>(name: string, module: string): Child<M> {
  return startChild<M>(name, new URL(module, import.meta.url).href, { probe: false });
}

async function phaseOf(bystander: Child<BystanderOperations>, work: () => Promise<unknown>) {
  await bystander.peer.request('begin', null);
  await work();
  return bystander.peer.request('end', null);
}

async function afterwards({ attack, data }: Trial, servers: Server[], outcome: Outcome): Promise<string[]> {
  const [first] = servers;
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
