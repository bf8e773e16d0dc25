import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/accounts.ts',
    'src/react/index.ts',
    'src/react/notifications.ts',
    'src/notifications/index.ts',
    'src/storage/indexeddb.ts',
    'src/storage/async-storage.ts',
    'src/streams/index.ts',
  ],
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  // A file for each module, so that bundlers can leave out what is not used.
  unbundle: true,
  // Frameworks with server components take what uses hooks for the client's only if it says so.
  outputOptions: {
    banner: ({ fileName }) => (/^react\/.*\.c?js$/.test(fileName) ? "'use client';" : ''),
  },
  inputOptions: { checks: { pluginTimings: false } },
});
