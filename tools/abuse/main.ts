import { Progress } from '../chaos/progress.js';
import { lacksRedis } from '../chaos/subjects/redis.js';
import { lacksProxy } from '../chaos/subjects/reverse-proxy.js';
import type { Attack } from './attack.js';
import { allAttacks } from './catalogue.js';
import { HELP, parseOptions } from './options.js';
import { report } from './report.js';
import { runAll } from './runner.js';
import { LACKS_ADDRESSES } from './wire/address.js';

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
    const lackOfProxy = options.nginx ? (LACKS_ADDRESSES ?? lacksProxy('nginx')) : null;
    if (lackOfProxy !== null) throw new Error(`nginx can't run here: ${lackOfProxy}`);
    const progress = new Progress();
    const results = await runAll(chosen(attacks, options.only), options, (line) => progress.line(line));
    process.stdout.write(`\n${report(results)}`);
    if (results.length === 0 || results.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
  }
}

/** @throws Error when one of them does not exist. */
function chosen(attacks: Map<string, Attack>, only: readonly string[]): Map<string, Attack> {
  const unknown = only.find((name) => !attacks.has(name));
  if (unknown !== undefined)
    throw new Error(`--only: unknown attack "${unknown}" (npm run abuse -- --list shows all)`);
  return only.length === 0 ? attacks : new Map([...attacks].filter(([name]) => only.includes(name)));
}

await main().catch((error: unknown) => {
  process.stderr.write(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
process.exit();
