import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A script for Redis, from a `.lua` file beside the code that runs it. Its comments are not sent. */
export function luaScript(folder: string, file: string): string {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('--')).join('\n');
}
