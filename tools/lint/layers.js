/**
 * The rooms of `src`, from the ground up. CONTRIBUTING.md has a sentence for each of them.
 *
 * A file imports from its own room and from rooms in rows above its own in this list: never from another room of its
 * own row, never from a row below. A file belongs to the most specific room whose folder it is in.
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
  ['commands/limits', 'commands/idempotency'],
  ['commands'],
  ['delivery/encoding'],
  ['delivery/broker'],
  ['delivery'],
  ['sockets/wire'],
  ['sockets'],
  ['rest'],
  ['blocks'],
  ['presence'],
  ['users'],
  ['accounts'],
  ['welcome'],
  ['messages/model'],
  ['chats'],
  ['groups', 'typing'],
  ['messages'],
  ['receipts', 'reactions', 'reports', 'sync'],
  ['operations'],
];

/** Rooms that only the room around them imports from. */
const PRIVATE = ['sockets/wire', 'delivery/broker'];

/** The program itself: it imports from every room, and no room imports from it. */
const PROGRAM = ['main', 'app', 'app.module'];

const src = join(import.meta.dirname, '..', '..', 'src');
const rooms = LAYERS.flat();
const rowOf = (room) => LAYERS.findIndex((row) => row.includes(room));

const missing = rooms.filter((room) => !existsSync(join(src, room)));
if (missing.length > 0)
  throw new Error(`tools/lint/layers.js names rooms that are gone: ${missing.join(', ')}`);
const homeless = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !rooms.includes(entry.name))
  .map((entry) => entry.name);
if (homeless.length > 0)
  throw new Error(`tools/lint/layers.js names no row for src/${homeless.join(', src/')}`);

/** The room that a file of `src` is in; null for the program itself, undefined outside of `src`. */
function roomOf(file) {
  const path = relative(src, file).split(sep).join('/');
  if (path.startsWith('..')) return undefined;
  if (!path.includes('/')) return null;
  const around = rooms.filter((room) => path.startsWith(`${room}/`));
  return around.sort((a, b) => b.length - a.length)[0];
}

/** What is wrong with an import of one room by another; null: nothing. */
function faultOf(from, to, specifier) {
  if (to === undefined || from === null) return null;
  if (to === null) return 'No room imports the program itself.';
  if (to === 'contract' && from !== 'contract' && !specifier.endsWith('/contract/index.js'))
    return 'Import the contract as a whole, from contract/index.js.';
  if (from === to) return null;
  if (rowOf(to) >= rowOf(from)) return `src/${from} may not import from src/${to}: see tools/lint/layers.js.`;
  const closed = PRIVATE.find((room) => to === room && !from.startsWith(dirname(room)));
  return closed ? `Only src/${dirname(closed)} imports from src/${closed}.` : null;
}

const rule = {
  meta: {
    type: 'problem',
    schema: [],
    docs: { description: 'Imports point one way through the rooms of src.' },
  },
  create(context) {
    const from = roomOf(context.filename);
    if (from === undefined) return {};
    const check = ({ source }) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = join(dirname(context.filename), source.value);
      if (PROGRAM.some((name) => target === join(src, `${name}.js`)) && from !== null) {
        context.report({ node: source, message: 'No room imports the program itself.' });
        return;
      }
      const message = faultOf(from, roomOf(target), source.value);
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

/** For `plugins: { house }`: the rule `house/layers`. */
export const house = { rules: { layers: rule } };
