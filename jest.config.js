import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import vm from 'node:vm';
import { folderOfTests } from './test/support/memory-folder.mjs';

/** SWC takes the types away, and writes JSX as calls of React's runtime. */
function swc(tsx) {
  return [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true, tsx },
        transform: {
          legacyDecorator: true,
          decoratorMetadata: true,
          useDefineForClassFields: true,
          react: { runtime: 'automatic' },
        },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ];
}

/**
 * Three projects: `unit` (pure logic beside the code), `react-18` (the client's hooks once more, under that React) and `e2e` (the app on real ports over a real PostgreSQL,
 * started once for the run by test/support/global-setup.mjs).
 *
 * Tests run as production does, as ES modules: SWC takes the types away and leaves imports as they are; packages are
 * not transformed. See docs/adr/0001-nest-12-and-esm.md.
 */
const shared = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Tests run the client's sources, not its last build.
    '^@chat-api/client$': '<rootDir>/packages/client/src/index.ts',
    '^@chat-api/client/accounts$': '<rootDir>/packages/client/src/accounts.ts',
    '^@chat-api/client/react$': '<rootDir>/packages/client/src/react/index.ts',
    '^@chat-api/client/react/notifications$': '<rootDir>/packages/client/src/react/notifications.ts',
    '^@chat-api/client/notifications$': '<rootDir>/packages/client/src/notifications/index.ts',
    '^@chat-api/client/streams$': '<rootDir>/packages/client/src/streams/index.ts',
    '^@chat-api/client/indexeddb$': '<rootDir>/packages/client/src/storage/indexeddb.ts',
  },
  transform: { '\\.ts$': swc(false), '\\.tsx$': swc(true) },
  setupFiles: ['<rootDir>/test/support/jest-global.mjs'],
  setupFilesAfterEnv: ['<rootDir>/test/support/only-loopback-jest.ts'],
};

const config = {
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/src/**/*.spec.ts',
        '<rootDir>/tools/**/*.spec.ts',
        '<rootDir>/packages/*/src/**/*.spec.{ts,tsx}',
        '<rootDir>/web/src/**/*.spec.ts',
      ],
    },
    {
      ...shared,
      displayName: 'react-18',
      testMatch: ['<rootDir>/packages/client/src/react/*.spec.tsx'],
      moduleNameMapper: {
        ...shared.moduleNameMapper,
        '^(react|react-dom)(/.*)?$': '<rootDir>/test/support/react-18/node_modules/$1$2',
      },
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts', '<rootDir>/packages/*/test/**/*.e2e-spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
  testTimeout: 20_000,
  // Many tests wait, for grace periods, expiries, other processes: with a worker a core, a third of the time is unused.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  // Each file leaves some of its modules behind: after a hundred files a worker has grown to 3 GB.
  workerIdleMemoryLimit: '1GB',
};

/** Jest loads ES modules only with a flag of Node.js. This starts it with the flag, so that `npx jest` needs none. */
async function runAgainWithModules() {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = spawn(process.execPath, [...flags, ...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
  const [code] = await once(jest, 'exit');
  process.exit(code ?? 1);
}

export default async () => {
  if (!('SourceTextModule' in vm)) await runAgainWithModules();
  // For the set-up, the workers and what they start; Jest's own cache is where it was.
  process.env.TMPDIR ??= folderOfTests();
  return config;
};
