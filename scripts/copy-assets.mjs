/** Copies what the server reads beside its code and the compiler leaves out, `*.lua`, from `src` to `dist`. */
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (from) => from.endsWith('.lua') || statSync(from).isDirectory(),
});
