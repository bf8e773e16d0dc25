/**
 * The folders of `src`, from the lowest layer to the highest. CONTRIBUTING.md has a sentence about each of them.
 *
 * A file imports from its own folder and from folders in rows above its own in this list: never from another folder of
 * its own row, never from a row below. A file belongs to the deepest of these folders that contains it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

export const LAYERS = [
  ['contract'],
  ['config'],
  ['common'],
  ['redis'],
  ['database'],
  ['users/directory'],
  ['commands/identity'],
  ['commands/limits', 'commands/idempotency', 'commands/external-ids'],
  ['commands'],
  ['delivery/encoding'],
  ['delivery/broker'],
  ['delivery'],
  ['sockets/wire'],
  ['sockets'],
  ['rest'],
  ['changes', 'outbound'],
  ['audit', 'blocks'],
  ['presence'],
  ['users'],
  ['accounts'],
  ['welcome'],
  ['messages/model'],
  ['chats'],
  ['groups', 'typing', 'events'],
  ['hooks'],
  ['messages'],
  ['receipts', 'reactions', 'reports', 'streams', 'sync'],
  ['notifications'],
  ['erasure', 'export', 'push', 'retention', 'webhooks'],
  ['operations'],
];

/** Folders that only their parent folder imports from. */
const PRIVATE = ['sockets/wire', 'delivery/broker'];

/** The program itself: it imports from every folder, and no folder imports from it. */
const PROGRAM = ['main', 'app', 'app.module'];

const src = join(import.meta.dirname, '..', '..', 'src');
const folders = LAYERS.flat();
const rowOf = (folder) => LAYERS.findIndex((row) => row.includes(folder));

const missing = folders.filter((folder) => !existsSync(join(src, folder)));
if (missing.length > 0)
  throw new Error(`tools/lint/layers.js names folders that do not exist: ${missing.join(', ')}; remove them`);
const unlisted = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !folders.includes(entry.name))
  .map((entry) => entry.name);
if (unlisted.length > 0)
  throw new Error(`tools/lint/layers.js has no row for src/${unlisted.join(', src/')}: add one`);

/** The folder of the list that a file of `src` belongs to; null for the program itself, undefined outside of `src`. */
function folderOf(file) {
  const path = relative(src, file).split(sep).join('/');
  if (path.startsWith('..')) return undefined;
  if (!path.includes('/')) return null;
  const around = folders.filter((folder) => path.startsWith(`${folder}/`));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** What is wrong with an import by a file of one folder from another; null: nothing. */
function faultOf(from, to, specifier) {
  if (to === undefined || from === null) return null;
  if (to === null) return 'No file in a folder of src imports main.ts, app.ts or app.module.ts.';
  if (to === 'contract' && from !== 'contract' && !specifier.endsWith('/contract/index.js'))
    return 'Import the contract as a whole, from contract/index.js.';
  if (from === to) return null;
  if (rowOf(to) >= rowOf(from))
    return `src/${from} may not import from src/${to}: the rows of tools/lint/layers.js say what may.`;
  const closed = PRIVATE.find((folder) => to === folder && !from.startsWith(dirname(folder)));
  return closed ? `Only src/${dirname(closed)} imports from src/${closed}.` : null;
}

const rule = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'Imports point one way through the folders of src.' },
  },
  create(context) {
    const from = folderOf(context.filename);
    if (from === undefined) return {};
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = join(dirname(context.filename), source.value);
      if (PROGRAM.some((name) => target === join(src, `${name}.js`)) && from !== null) {
        context.report({
          node: source,
          message: 'No file in a folder of src imports main.ts, app.ts or app.module.ts.',
        });
        return;
      }
      const message = faultOf(from, folderOf(target), source.value);
      if (message) context.report({ node: source, message });
    };
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};

/** For `plugins: { project }`: the rule `project/layers`. */
export const project = { rules: { layers: rule } };
