import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The first of a folder and the folders above it that holds all these files; null: none does. */
function above(folder: string, holds: (folder: string) => boolean): string | null {
  for (;;) {
    if (holds(folder)) return folder;
    if (folder === dirname(folder)) return null;
    folder = dirname(folder);
  }
}

/** Where this package's own files are, in the sources and in the build. */
export function keeperFile(): string {
  const folder = above(import.meta.dirname, (one) => existsSync(join(one, 'keeper.mjs')));
  if (folder === null)
    throw new Error(`No keeper.mjs above ${import.meta.dirname}: install the package again.`);
  return join(folder, 'keeper.mjs');
}

const isServer = (folder: string) =>
  existsSync(join(folder, 'src', 'main.ts')) && existsSync(join(folder, 'migrations'));

/**
 * The folder of the server: `wanted`, else CHAT_SERVER_PATH, else the checkout that holds this package.
 *
 * @throws Error that says what to do when there is none, or it is not built.
 */
export function serverFolder(wanted = process.env.CHAT_SERVER_PATH): string {
  const folder = wanted || above(import.meta.dirname, isServer);
  if (folder === null) {
    throw new Error(
      'No chat server found: this package is not in a checkout of it. Set CHAT_SERVER_PATH, or the option serverPath, to the folder of one.',
    );
  }
  if (!existsSync(join(folder, 'dist', 'main.js'))) {
    throw new Error(`No built chat server in ${folder}: run \`npm install\` and \`npm run build\` there.`);
  }
  return folder;
}
