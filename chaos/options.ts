import { parseArgs } from 'node:util';

export interface Options {
  /** Faults to run; empty: all of them. */
  only: string[];
  quick: boolean;
  list: boolean;
  help: boolean;
  seed: number;
}

export const HELP = `npm run chaos -- [options]

  --only <a,b,…>  these faults only
  --quick         shorter and fewer of everything: about four minutes
  --list          the faults there are
  --seed <n>      the same choices as in the run with this seed; timing still differs
`;

/** @throws Error on an unknown option, or a seed that is no whole number. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed is no whole number: ${values.seed}`);
  const only = values.only.split(',').filter((name) => name !== '');
  return { only, quick: values.quick, list: values.list, help: values.help, seed };
}
