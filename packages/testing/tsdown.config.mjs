import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'bin/chat-faults': 'src/bin/chat-faults.ts',
    'bin/chat-judge': 'src/bin/chat-judge.ts',
  },
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  // .js and .cjs, as in the other packages.
  fixedExtension: false,
  inputOptions: { checks: { pluginTimings: false } },
});
