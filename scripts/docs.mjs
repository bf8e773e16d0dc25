/**
 * Writes the generated documents from the contract and the environment in `dist`, so build first (`npm run docs` does).
 * With `--check` it writes nothing: it lists the files that differ and exits with 1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractTypes } from './docs/contract-types.mjs';
import { errors } from './docs/errors.mjs';
import { protocol } from './docs/protocol.mjs';
import { configuration, envExample } from './docs/variables.mjs';

const root = join(import.meta.dirname, '..');

/** By path: a function from the current text to the new one, or its promise. */
const documents = {
  'docs/reference/errors.md': errors,
  'docs/reference/protocol.md': protocol,
  'docs/reference/configuration.md': configuration,
  '.env.example': envExample,
  'packages/client/src/contract.gen.ts': contractTypes,
};

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const check = process.argv.includes('--check');
for (const [name, render] of Object.entries(documents)) {
  const path = join(root, name);
  const current = textOf(path);
  const text = await render(current);
  if (text === current) continue;
  if (check) process.exitCode = 1;
  else writeFileSync(path, text);
  console.log(`${name} ${check ? 'differs: npm run docs' : 'written'}`);
}
