import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm', 'cjs'],
  platform: 'node',
  target: 'node20',
  tsconfig: 'tsconfig.build.json',
  dts: true,
  // .js and .cjs, as in the other packages.
  fixedExtension: false,
  inputOptions: { checks: { pluginTimings: false } },
});
