/**
 * Measures the unit costs again and writes tools/sim/unit-costs.json, and from it the tables of
 * docs/reference/scaling.md and docs/reference/scaling.svg. Needs an idle Linux machine; takes about two minutes:
 *
 *   node tools/sim/refresh.mjs
 *
 * The server's figures come from tools/bench/results/whole.json (`npm run bench -- --keep`); without that file they
 * stay. Check by hand the sentences of docs/reference/scaling.md that quote a figure.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');
const BATCH = 64;

function run(stdout, ...args) {
  const done = spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', stdout, 'inherit'] });
  if (done.status !== 0) throw new Error(`node ${args.join(' ')} failed`);
  return done.stdout?.toString();
}

const round = (value) => Number(value.toPrecision(value < 10 ? 2 : 3));

/** The cost of a batch and of a message in it; a batch of one costs both. */
function apart({ alone, message }) {
  const batch = ((alone.cpuUs - message.cpuUs) * BATCH) / (BATCH - 1);
  return { batch, message: alone.cpuUs - batch };
}

function ofDatabase(measured) {
  const [direct, judged] = [apart(measured.direct), apart(measured.judged)];
  return {
    databaseDirectBatchUs: direct.batch,
    databaseDirectMessageUs: direct.message,
    databaseBatchUs: judged.batch,
    databaseMessageUs: judged.message,
    databaseMarkUs: measured.seen.cpuUs,
    databasePageUs: measured.historyPage.cpuUs,
    databaseListUs: measured.chatList.cpuUs,
    walMessageBytes: measured.direct.message.walBytes,
    walMarkBytes: measured.seen.walBytes,
    storedMessageBytes: measured.storageBytes.message,
  };
}

/** Undefined if it was not measured: that figure stays. */
function median(values) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  return known[known.length >> 1];
}

function ofServer(results) {
  const ours = (samples, is) => samples.filter((sample) => sample.subject === 'ours' && is(sample));
  const copy = median(
    ours(results.largeGroup, ({ senders, load }) => senders === 1 && load === 'saturated').map(
      (sample) => sample.serverUsPerCopy,
    ),
  );
  const send = median(ours(results.pairs, ({ inFlight }) => inFlight > 1).map((sample) => sample.serverUs));
  const pages = median(
    results.reads
      .filter(({ what, via, connections }) => what === 'history' && via === 'ours' && connections === 8)
      .map((sample) => sample.perSecond),
  );
  const reconnects = results.stormCosts.filter(({ what }) => what === 'dropped and back');
  return {
    serverSendUs: send - copy,
    serverCopyUs: copy,
    serverMarkUs: median(
      results.groupCommands.filter(({ what }) => what === 'receipts of 50').map((sample) => sample.serverUs),
    ),
    serverReadUs: 1e6 / pages,
    serverReconnectUs: median(reconnects.map((sample) => sample.serverUs)),
    databaseReconnectUs: median(reconnects.map((sample) => sample.databaseUs)),
    socketKiB: ours(results.idle, () => true)[0]?.rssKiB,
  };
}

run('inherit', 'scripts/build.mjs');
const figures = ofDatabase(JSON.parse(run('pipe', 'tools/sim/measure.mjs')));
const whole = join(root, 'tools/bench/results/whole.json');
if (existsSync(whole)) Object.assign(figures, ofServer(JSON.parse(readFileSync(whole, 'utf8'))));
else console.error('no tools/bench/results/whole.json: the figures of the server stay as they are');

const file = join(root, 'tools/sim/unit-costs.json');
const costs = JSON.parse(readFileSync(file, 'utf8'));
for (const [name, value] of Object.entries(figures)) {
  if (!Number.isFinite(value) || !(value > 0)) {
    console.error(`${name} stays: it was not measured`);
    continue;
  }
  console.log(`${name}: ${costs[name].value} -> ${round(value)}`);
  costs[name].value = round(value);
}
writeFileSync(file, `${JSON.stringify(costs, null, 2)}\n`);
run('inherit', 'node_modules/typescript/bin/tsc', '-p', 'tools/sim/tsconfig.json');
run('inherit', 'dist/tools/sim/main.js', '--docs');
