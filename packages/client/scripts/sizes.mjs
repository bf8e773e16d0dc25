/**
 * What the built client adds to an application, in bytes, minified and gzipped. Fails where it is more than sizes.json
 * allows. The others are what they add to an application that has the core.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const folder = join(import.meta.dirname, '..');
const dist = (file) => join(folder, 'dist', file);
const [core, accounts, react, notifications, indexeddb, asyncStorage, streams] = [
  'index.js',
  'accounts.js',
  'react/index.js',
  'react/notifications.js',
  'storage/indexeddb.js',
  'storage/async-storage.js',
  'streams/index.js',
].map(dist);
const peers = /^react(\/|$)/;

/** The size of an application that does nothing but import all of these entries. */
async function sizeOf(entries, external) {
  const code = entries
    .map((entry, index) => `export * as e${index} from ${JSON.stringify(entry)};`)
    .join('\n');
  const application = {
    name: 'application',
    resolveId: (id) => (id === 'application' ? id : null),
    load: (id) => (id === 'application' ? code : null),
  };
  const bundle = await rolldown({
    input: 'application',
    cwd: folder,
    external,
    platform: 'browser',
    plugins: [application],
    checks: { pluginTimings: false },
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  return gzipSync(output.map((chunk) => chunk.code).join('\n'), { level: 9 }).length;
}

const alone = [/^socket\.io-client$/, peers];
const ofCore = await sizeOf([core], alone);
const sizes = {
  core: ofCore,
  accounts: (await sizeOf([core, accounts], alone)) - ofCore,
  react: (await sizeOf([core, react], alone)) - ofCore,
  // With its hooks, for an application that has the others.
  notifications: (await sizeOf([core, react, notifications], alone)) - (await sizeOf([core, react], alone)),
  indexeddb: (await sizeOf([core, indexeddb], alone)) - ofCore,
  'async-storage': (await sizeOf([core, asyncStorage], alone)) - ofCore,
  streams: (await sizeOf([core, streams], alone)) - ofCore,
  'core with socket.io-client': await sizeOf([core], [peers]),
};

const most = JSON.parse(readFileSync(join(folder, 'sizes.json'), 'utf8'));
for (const [name, size] of Object.entries(sizes)) {
  const fits = size <= most[name];
  if (!fits) process.exitCode = 1;
  console.log(`${name}: ${size} of ${most[name]} bytes${fits ? '' : ': TOO LARGE'}`);
}
