import { clusterUrl } from '../../../test/support/cluster.js';
import { readFile } from 'node:fs/promises';
import { eventually } from './client.js';
import { Installed, README } from './installed.js';
import { Footprint } from './remains.js';

const START_MS = 90_000;

/** The block of code under a heading of the README, without the line that names its file. */
async function example(heading: string): Promise<{ file: string; code: string }> {
  const text = await readFile(README, 'utf8');
  const [, file, code] = new RegExp(`\n## ${heading}\n\n\`\`\`js\n// (\\S+)\n([^]*?)\`\`\``).exec(text) ?? [];
  if (file === undefined || code === undefined)
    throw new Error(`The README has no example under ${heading}.`);
  return { file, code };
}

describe('The package, installed in an application', () => {
  let app: Installed;

  beforeAll(async () => {
    app = await Installed.make();
  }, START_MS);
  afterAll(() => app.remove());

  it('has the same names as an ES module and as CommonJS', async () => {
    const print = 'console.log(Object.keys(all).sort().join())';
    const [imported, required] = [
      app.run(['--input-type=module', '-e', `import * as all from '@chat-api/testing'; ${print}`]),
      app.run(['--input-type=commonjs', '-e', `const all = require('@chat-api/testing'); ${print}`]),
    ];
    await Promise.all([imported.ended, required.ended]);
    expect(imported.output()).toBe(
      'FormatError,RestError,judgeStore,printClient,startChatServer,startFaultsProxy\n',
    );
    expect(required.output()).toBe(imported.output());
  });

  it('has its programs', async () => {
    for (const name of ['chat-faults', 'chat-judge']) {
      const program = app.run([`node_modules/@chat-api/testing/bin/${name}.mjs`, '--help']);
      expect(await program.ended).toBe(0);
      expect(program.output()).toContain(`  ${name} --`);
    }
  });

  it(
    'runs under Jest as the README says',
    async () => {
      const { file, code } = await example('Jest');
      await app.write(`jest/${file}`, code);
      const jest = app.run(['node_modules/jest/bin/jest.js', '--rootDir', 'jest']);
      const exitCode = await jest.ended;
      expect(jest.output()).toContain('Tests:       1 passed, 1 total');
      expect(jest.output()).not.toContain('did not exit');
      expect(exitCode).toBe(0);
    },
    START_MS,
  );

  it(
    'runs under node:test as the README says',
    async () => {
      const { file, code } = await example('node:test');
      await app.write(`node/${file}`, code);
      const test = app.run(['--test', '--test-reporter=tap', `node/${file}`]);
      const exitCode = await test.ended;
      expect(test.output()).toContain('# pass 1');
      expect(exitCode).toBe(0);
    },
    START_MS,
  );

  it('runs under Vitest: its example is that of Jest, but for the imports', async () => {
    const body = ({ code }: { code: string }) => code.slice(code.indexOf('let server'));
    const vitest = await example('Vitest');
    expect(body(vitest)).toBe(body(await example('Jest')));
    expect(vitest.code).toContain("import { afterAll, beforeAll, expect, test } from 'vitest';");
  });

  // A script that waits is ended from outside; the other one ends without having stopped its server.
  it.each<[string, NodeJS.Signals | null]>([
    ['Ctrl-C', 'SIGINT'],
    ['its last line', null],
  ])(
    'leaves nothing when the test ends by %s',
    async (_, signal) => {
      const script = `
      import { startChatServer } from '@chat-api/testing';
      const server = await startChatServer();
      const [{ data_directory }] = await server.sql('SHOW data_directory');
      console.log(JSON.stringify({ data_directory, url: server.directUrl }));
      ${signal ? 'setInterval(() => undefined, 1000)' : 'await new Promise((resolve) => setTimeout(resolve, 1000))'};`;
      const own = signal !== null;
      const env = { CHAT_TEST_DATABASE_URL: own ? '' : clusterUrl() };
      const test = app.run(['--input-type=module', '-e', script], env);
      await eventually(() => test.output().includes('}\n'), START_MS);
      const { data_directory, url } = JSON.parse(test.output()) as { data_directory: string; url: string };
      const footprint = Footprint.of(test.pid, own ? data_directory : null);
      expect(footprint.commands.join('\n')).toMatch(/keeper\.mjs[^]*main\.js/);
      if (signal) test.kill(signal);
      expect(await test.ended).toBe(signal ? null : 0);
      await footprint.gone();
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    },
    START_MS,
  );
});
