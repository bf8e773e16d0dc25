/**
 * Writes the vectors as JSON: what each file here says, with every view whole.
 *
 *   node packages/testing/vectors/write.mjs
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ME } from './views.mjs';

const FILES = ['order', 'messages', 'sync', 'members'];

/** The vectors of each file, by its name. */
export async function vectors() {
  const files = {};
  for (const name of FILES) {
    const { default: list } = await import(`./${name}.mjs`);
    files[`${name}.json`] = list.map(({ name: of, rule, ...rest }) => ({ name: of, rule, me: ME, ...rest }));
  }
  return files;
}

/** One step in a line, so that a vector is read from above. */
export function printed(list) {
  const lines = list.map(({ steps, ...vector }) => {
    const rest = JSON.stringify(vector).slice(1, -1);
    const [head, tail] = rest.split(',"expect":');
    return `  {${head},\n   "steps": [\n${steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n')}\n   ],\n   "expect": ${tail}}`;
  });
  return `[\n${lines.join(',\n')}\n]\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, list] of Object.entries(await vectors()))
    await writeFile(join(import.meta.dirname, '..', 'conformance', name), printed(list));
}
