import { Postgres } from '../chaos/subjects/postgres.js';
import { Redis } from '../chaos/subjects/redis.js';
import type { Attack } from './attack.js';
import type { Options } from './options.js';
import { summaryOf } from './report.js';
import { type Bystanders, type Place, type Result, Ring, type Trial } from './ring.js';
import { Scene } from './subjects/scene.js';
import { API_KEY, Server, settingsOf } from './subjects/server.js';

/** Runs attacks, one after the other, on an own PostgreSQL. */
export async function runAll(
  attacks: ReadonlyMap<string, Attack>,
  options: Options,
  say: (line: string) => void,
): Promise<Result[]> {
  const interrupted = untilInterrupted();
  say(`seed ${options.seed}; starting PostgreSQL`);
  const postgres = await Postgres.start(say);
  const redis = options.nodes > 1 ? await Redis.start() : null;
  try {
    const databaseUrl = await postgres.createDatabase('abuse');
    const [bystanders, trials] = await Promise.race([prepare(attacks, databaseUrl, say), interrupted]);
    const elsewhere = options.elsewhere ? await postgres.createDatabase('abuse_elsewhere') : null;
    // The same users, since both databases are new.
    if (elsewhere !== null) await Promise.race([prepare(new Map(), elsewhere, say), interrupted]);
    const place: Place = {
      databaseUrl,
      bystandersUrl: elsewhere,
      bystanders,
      shared: redis ? { REDIS_URL: redis.url } : {},
    };
    return await Promise.race([runTrials(trials, place, options, say), interrupted]);
  } finally {
    redis?.close();
    await postgres.stop();
  }
}

/** Makes what the attacks need, on a node without limits: as if it had grown over the years. */
async function prepare(
  attacks: ReadonlyMap<string, Attack>,
  databaseUrl: string,
  say: (line: string) => void,
): Promise<[Bystanders, Trial[]]> {
  const server = await Server.start('the preparing node', databaseUrl, settingsOf('jwt', 'off'));
  const scene = new Scene(server.node.httpPort, server.node.socketPort, API_KEY);
  const people = await scene.persons(2);
  const [one, other] = people;
  const chatId = await scene.directChat(one?.id ?? 0, other?.id ?? 0);
  const trials: Trial[] = [];
  for (const [name, attack] of attacks) {
    if (attack.prepare) say(`preparing ${name}`);
    trials.push({ name, nth: trials.length, attack, data: (await attack.prepare?.(scene)) ?? null });
  }
  scene.close();
  await server.stop();
  return [{ people, chatId }, trials];
}

/** Each attack gets fresh nodes. In a quick run it gets those of the one before, if they held that one and fit. */
async function runTrials(
  trials: readonly Trial[],
  place: Place,
  options: Options,
  say: (line: string) => void,
): Promise<Result[]> {
  const results: Result[] = [];
  let ring: Ring | null = null;
  for (const trial of inGroups(trials)) {
    say(`${trial.name}: ${trial.attack.title}`);
    if (ring && !(options.quick && ring.fits(trial.attack) && results.at(-1)?.faults.length === 0)) {
      await ring.close();
      ring = null;
    }
    ring ??= await Ring.open(trial.attack, place, options);
    const result = await ring.run(trial);
    results.push(result);
    say(`     ${summaryOf(result)}`);
  }
  await ring?.close();
  return results;
}

/** Those for the same nodes one after the other. */
function inGroups(trials: readonly Trial[]): Trial[] {
  const groupOf = ({ attack }: Trial) => `${attack.others ? 1 : 0} ${attack.auth ?? 'jwt'}`;
  return [...trials].sort((a, b) => (groupOf(a) === groupOf(b) ? 0 : groupOf(a) < groupOf(b) ? -1 : 1));
}

/** Ctrl-C: only PostgreSQL and Redis have to be cleaned up; all other processes end with this one. */
function untilInterrupted(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
  interrupted.catch(() => undefined);
  return interrupted;
}
