import { Arena, type Fault, type Size, SIZES } from './arena.js';
import { allFaults } from './catalogue.js';
import { HELP, type Options, parseOptions } from './options.js';
import { Progress } from './progress.js';
import { isKept, report, sizeInWords } from './report.js';
import { type Result, runFault, type Trial } from './run.js';
import { Postgres } from './subjects/postgres.js';
import { lacksRedis } from './subjects/redis.js';

/** Runs faults under load. Exits with 1 if anything was lost, doubled, reordered or unanswered, or nothing was run. */
async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const faults = await allFaults();
  if (options.help) {
    process.stdout.write(HELP);
  } else if (options.list) {
    for (const [name, { title, expected }] of faults) {
      process.stdout.write(`${name.padEnd(18)} ${title}\n${' '.repeat(19)}-> ${expected}\n`);
    }
  } else {
    const [able, leftOut] = split(trialsOf(chosen(faults, options.only), options.sizes));
    const results = able.length > 0 ? await runAll(able, options) : [];
    if (results.length > 0) process.stdout.write(`\n${report(results)}`);
    for (const [{ name, size }, reason] of leftOut)
      process.stdout.write(`LEFT OUT: ${name} on ${sizeInWords(size)}: ${reason}\n`);
    const hasToBeWhole = process.env.CI === 'true';
    if (results.length === 0) process.stdout.write(`NOTHING WAS RUN: ${whyNothing(options, leftOut.size)}\n`);
    if (results.length === 0 || !results.every(isKept) || (hasToBeWhole && leftOut.size > 0))
      process.exitCode = 1;
  }
}

function whyNothing({ only, sizes }: Options, leftOut: number): string {
  if (leftOut > 0) return 'this machine lacks what the faults need (see LEFT OUT)';
  return `${only.join(', ')} ${only.length === 1 ? 'does' : 'do'} not run on ${sizes.map(sizeInWords).join(' or ')}`;
}

function trialsOf(faults: Map<string, Fault>, sizes: readonly Size[]): Trial[] {
  return [...faults].flatMap(([name, fault]) =>
    sizes.filter((size) => (fault.sizes ?? SIZES).includes(size)).map((size) => ({ name, fault, size })),
  );
}

/** The trials that can run on this machine, and why the others can't. */
function split(trials: readonly Trial[]): [Trial[], Map<Trial, string>] {
  const able: Trial[] = [];
  const leftOut = new Map<Trial, string>();
  for (const trial of trials) {
    const reason = trial.fault.lacks?.() ?? (trial.size > 1 ? lacksRedis() : null);
    if (reason === null) able.push(trial);
    else leftOut.set(trial, reason);
  }
  return [able, leftOut];
}

function chosen(faults: Map<string, Fault>, only: readonly string[]): Map<string, Fault> {
  const unknown = only.find((name) => !faults.has(name));
  if (unknown !== undefined)
    throw new Error(`--only: unknown fault "${unknown}" (npm run chaos -- --list shows all)`);
  return only.length === 0 ? faults : new Map([...faults].filter(([name]) => only.includes(name)));
}

async function runAll(trials: readonly Trial[], { quick, seed }: Options): Promise<Result[]> {
  const progress = new Progress();
  const results: Result[] = [];
  const interrupted = untilInterrupted();
  progress.line(`seed ${seed}; starting PostgreSQL`);
  const postgres = await Postgres.start((line) => progress.line(line));
  try {
    for (const trial of trials) {
      const { name, fault, size } = trial;
      progress.line(`${name} on ${sizeInWords(size)}: ${fault.title}`);
      const database = `chaos_${name.replaceAll('-', '_')}_${size}`;
      const url = await postgres.createDatabase(database);
      const arena = new Arena(database, url, postgres, seed, size, quick, (line) => progress.line(line));
      const result = await Promise.race([runFault(trial, arena), interrupted]);
      results.push(result);
      progress.line(
        `     ${isKept(result) ? 'kept' : 'BROKEN'}: ${result.acked} of ${result.sends} sends acked`,
      );
    }
  } finally {
    await postgres.stop();
  }
  return results;
}

/** Ctrl-C: only PostgreSQL has to be cleaned up; the nodes end with this process. */
function untilInterrupted(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
    }
  });
  interrupted.catch(() => undefined);
  return interrupted;
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
// At once and without a timer: clients of a broken server that retry all the time may starve timers.
process.exit();
