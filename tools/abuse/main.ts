import { Progress } from '../chaos/progress.js';
import { Postgres } from '../chaos/subjects/postgres.js';
import { lacksRedis, Redis } from '../chaos/subjects/redis.js';
import type { Attack } from './attack.js';
import { allAttacks } from './catalogue.js';
import { HELP, type Options, parseOptions } from './options.js';
import { report, summaryOf } from './report.js';
import { type Bystanders, type Place, type Result, runTrial, type Trial } from './run.js';
import { Scene } from './subjects/scene.js';
import { API_KEY, Server, settingsOf } from './subjects/server.js';

/** Runs attacks beside a bystander. Exits with 1 if one was not held, or nothing was run. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const attacks = await allAttacks();
  if (options.help) {
    process.stdout.write(HELP);
  } else if (options.list) {
    for (const [name, { title, expected }] of attacks)
      process.stdout.write(`${name.padEnd(20)} ${title}\n${' '.repeat(21)}-> ${expected}\n`);
  } else {
    const lack = options.nodes > 1 ? lacksRedis() : null;
    if (lack !== null) throw new Error(`Two nodes can't run here: ${lack}`);
    const results = await runAll(chosen(attacks, options.only), options);
    process.stdout.write(`\n${report(results)}`);
    if (results.length === 0 || results.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
  }
}

function chosen(attacks: Map<string, Attack>, only: readonly string[]): Map<string, Attack> {
  const unknown = only.find((name) => !attacks.has(name));
  if (unknown !== undefined)
    throw new Error(`--only: unknown attack "${unknown}" (npm run abuse -- --list shows all)`);
  return only.length === 0 ? attacks : new Map([...attacks].filter(([name]) => only.includes(name)));
}

async function runAll(attacks: Map<string, Attack>, options: Options): Promise<Result[]> {
  const progress = new Progress();
  const say = (line: string) => progress.line(line);
  const results: Result[] = [];
  const interrupted = untilInterrupted();
  say(`seed ${options.seed}; starting PostgreSQL`);
  const postgres = await Postgres.start(say);
  try {
    const databaseUrl = await postgres.createDatabase('abuse');
    const [bystanders, trials] = await Promise.race([prepare(attacks, databaseUrl, say), interrupted]);
    for (const trial of trials) {
      say(`${trial.name}: ${trial.attack.title}`);
      const running = runWithRedis(trial, databaseUrl, bystanders, options);
      const result = await Promise.race([running, interrupted]);
      results.push(result);
      say(`     ${summaryOf(result)}`);
    }
  } finally {
    await postgres.stop();
  }
  return results;
}

/** Makes what the attacks need, on a node without limits: as if it had grown over the years. */
async function prepare(
  attacks: Map<string, Attack>,
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
    trials.push({ name, attack, data: (await attack.prepare?.(scene)) ?? null });
  }
  scene.close();
  await server.stop();
  return [{ people, chatId }, trials];
}

/** Between two nodes there is a Redis, a new one for each attack. */
async function runWithRedis(
  trial: Trial,
  databaseUrl: string,
  bystanders: Bystanders,
  options: Options,
): Promise<Result> {
  const redis = options.nodes > 1 ? await Redis.start() : null;
  const place: Place = { databaseUrl, shared: redis ? { REDIS_URL: redis.url } : {} };
  try {
    return await runTrial(trial, place, bystanders, options);
  } finally {
    redis?.close();
  }
}

/** Ctrl-C: only PostgreSQL has to be cleaned up; all other processes end with this one. */
function untilInterrupted(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
  interrupted.catch(() => undefined);
  return interrupted;
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
process.exit();
