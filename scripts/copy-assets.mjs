/** Copies what the server reads beside its code and the compiler leaves out, `*.lua` and `*.txt`, from `src` to `dist`. */
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

for (const name of readdirSync(join(root, 'src'), { recursive: true })) {
  if (!/\.(lua|txt)$/.test(name)) continue;
  const to = join(root, 'dist', name);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(join(root, 'src', name), to);
}
