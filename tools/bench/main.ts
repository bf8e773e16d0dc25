import { writeFileSync } from 'node:fs';
import { startCluster } from './cluster.js';
import type { LoadOperations } from './load/operations.js';
import { machineOf, type Machine } from './machine.js';
import { HELP, isWhole, parseOptions, type Options, type Section } from './options.js';
import { Progress } from './progress.js';
import { htmlReport } from './report/html.js';
import { tables } from './report/table.js';
import { emptyResults, saveResults, type Results } from './results.js';
import { runApplications } from './runs/applications.js';
import type { Context } from './runs/context.js';
import { runExport } from './runs/export.js';
import { runGroup } from './runs/group.js';
import { runIdle } from './runs/idle.js';
import { runLargeGroup } from './runs/large-group.js';
import { runPairs, runRate } from './runs/pairs.js';
import { runPurge } from './runs/purge.js';
import { runReads } from './runs/reads.js';
import { checkStored } from './runs/stored.js';
import { runStorm } from './runs/storm.js';
import { startChild } from './subjects/child.js';
import { Fleet } from './subjects/fleet.js';
import { oursIsBuilt } from './subjects/subject.js';

const RUNS: Record<Section, (context: Context) => Promise<void>> = {
  rate: runRate,
  pairs: runPairs,
  idle: runIdle,
  group: runGroup,
  'large-group': runLargeGroup,
  storm: runStorm,
  reads: runReads,
  purge: runPurge,
  export: runExport,
  applications: runApplications,
};

/** The source folder; this file runs from dist/tools/bench. */
const HOME = new URL('../../../tools/bench/', import.meta.url);

/** Exits 1 on a wrong answer or a failure to measure, never on a slow one. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const options = parseOptions(args);
  if (options === 'help') {
    process.stdout.write(HELP);
    return;
  }
  const ofOurs = options.subjects.some((name) => name === 'ours' || name === 'database');
  if (ofOurs && !oursIsBuilt()) {
    throw new Error('the server is not built: run npm run build, or leave it out with --only relay,tutorial');
  }
  const machine = machineOf(args);
  const results = await measure(options, machine);
  const report = write(results);
  process.stdout.write(`\n${tables(results)}\n${report} shows it in charts.\n`);
  if (results.problems.length > 0) process.exitCode = 1;
}

/** Writes the results and the report; a partial run does not overwrite a whole one. Returns the report's name. */
function write(results: Results): string {
  const whole = isWhole(results.options);
  const wrong = results.problems.length > 0;
  saveResults(results, new URL(`results/${whole ? 'latest' : 'partial'}.json`, HOME));
  if (results.options.keep && !wrong) saveResults(results, new URL('results/whole.json', HOME));
  const report = whole ? 'report.html' : 'results/partial.html';
  writeFileSync(new URL(report, HOME), htmlReport(results));
  return `tools/bench/${report}`;
}

async function measure(options: Options, machine: Machine): Promise<Results> {
  const progress = new Progress();
  progress.during('starting PostgreSQL');
  const cluster = await startCluster((line) => progress.line(line));
  const results = emptyResults(options, machine, cluster.settings);
  const fleet = new Fleet(cluster);
  const load = startChild<LoadOperations>('load', '../load/worker.js', { probe: false });
  const context: Context = { options, cluster, fleet, load: load.peer, progress, results };
  const interrupted = untilInterrupted();
  try {
    await load.peer.request('configure', { writes: options.writes });
    for (const section of options.sections) {
      await Promise.race([RUNS[section](context), interrupted]);
    }
    await checkStored(context);
  } finally {
    progress.during('stopping');
    await load.stop();
    await fleet.stop();
    await cluster.stop();
  }
  results.finishedAt = new Date().toISOString();
  progress.line('done');
  return results;
}

/** Ctrl-C reaches the child processes by itself; only the database has to be cleaned up. */
function untilInterrupted(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
    }
  });
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
});
