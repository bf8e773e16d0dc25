/**
 * A package below `packages/` is installed without the rest of this repository: its sources import their own files, and
 * packages that its package.json lists under `dependencies` or `peerDependencies`. Its specs import what they like of
 * what is installed, but no file outside either.
 */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const packages = join(import.meta.dirname, '..', '..', 'packages');

/** `@scope/name/file` and `name/file` are of the packages `@scope/name` and `name`. */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

function listedBy(folder) {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.keys({ ...dependencies, ...peerDependencies });
}

const rule = {
  meta: {
    type: 'problem',
    // `node`: it runs in Node alone, and may use what Node has.
    schema: [{ type: 'object', properties: { node: { type: 'boolean' } }, additionalProperties: false }],
    docs: { description: 'A package imports its own files and what its package.json lists.' },
  },
  create(context) {
    const [name] = relative(packages, context.filename).split(sep);
    if (name === '..') return {};
    const folder = join(packages, name);
    const isSpec = /\.spec\.tsx?$/.test(context.filename);
    const listed = listedBy(folder);
    const node = context.options[0]?.node ?? false;
    const faultOf = (specifier) => {
      if (specifier.startsWith('.')) {
        const outside = relative(folder, join(dirname(context.filename), specifier)).startsWith('..');
        return outside ? `packages/${name} is installed alone: it imports no file outside its folder.` : null;
      }
      if (node && specifier.startsWith('node:')) return null;
      if (isSpec || listed.includes(packageOf(specifier))) return null;
      return `packages/${name}/package.json lists no dependency ${packageOf(specifier)}.`;
    };
    const check = ({ source }) => {
      if (typeof source?.value !== 'string') return;
      const message = faultOf(source.value);
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

/** For `plugins: { packages }`: the rule `packages/closed`. */
export const closedPackages = { rules: { closed: rule } };
