import { parseArgs } from 'node:util';
import { type Size, SIZES } from './arena.js';

export interface Options {
  /** Faults to run; empty: all of them. */
  only: string[];
  /** The numbers of nodes to run them on, one after the other. */
  sizes: readonly Size[];
  quick: boolean;
  list: boolean;
  help: boolean;
  seed: number;
}

export const HELP = `npm run chaos -- [options]

  --only <a,b,…>  these faults only
  --nodes <1|2>   only on this number of nodes; default: on one, then on two
  --quick         shorter runs, fewer repeats: about eight minutes
  --list          lists all faults
  --seed <n>      the same choices as in the run with this seed; timing still differs
`;

/** @throws Error on an unknown option, another number of nodes, or a seed that is not a whole number. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      nodes: { type: 'string' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: expected a whole number, got ${values.seed}`);
  const sizes = values.nodes === undefined ? SIZES : SIZES.filter((size) => String(size) === values.nodes);
  if (sizes.length === 0) throw new Error(`--nodes: expected 1 or 2, got ${values.nodes}`);
  const only = values.only.split(',').filter((name) => name !== '');
  return { only, sizes, quick: values.quick, list: values.list, help: values.help, seed };
}
