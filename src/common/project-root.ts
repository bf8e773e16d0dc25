import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this project's package.json, as an absolute path: found by walking up from this file, so it is
 * the same from `src/`, from `dist/` and from whatever folder the process was started in.
 *
 * @throws Error when no folder above this file holds a package.json.
 */
export function projectRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`no package.json above ${import.meta.dirname}`);
  }
}
