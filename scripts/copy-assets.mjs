/** Copies the files that the server reads but the compiler does not copy, `*.lua`, from `src` to `dist`. */
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (from) => from.endsWith('.lua') || statSync(from).isDirectory(),
});
