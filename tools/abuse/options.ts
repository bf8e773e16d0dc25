import { parseArgs } from 'node:util';

export interface Options {
  /** Attacks to run; empty: all of them. */
  only: string[];
  nodes: 1 | 2;
  /** How long each attack lasts. */
  seconds: number;
  /** How long the bystander is measured before it. */
  quietSeconds: number;
  /** Attacks share nodes. */
  quick: boolean;
  strict: boolean;
  /** Attackers and bystander come through nginx with the shipped configuration. */
  nginx: boolean;
  /** Attacks hit a node that the bystander has nothing to do with, to see what the machine alone costs it. */
  elsewhere: boolean;
  list: boolean;
  help: boolean;
  seed: number;
}

export const HELP = `npm run abuse -- [options]

  --only <a,b,…>  these attacks only
  --nodes <1|2>   the number of nodes; default: 1. Two need redis-server
  --seconds <n>   how long each attack lasts; default: 8
  --quick         3 s each, on the same nodes as long as they hold
  --strict        also judges the bystander's latency: a p99 of at most three times the quiet one
  --nginx         everybody comes through nginx, configured as in deploy/nginx/; Linux, needs nginx
  --elsewhere     attacks a second node with a database of its own: what the bystander then notices, the machine is to
                  blame for
  --list          lists all attacks
  --seed <n>      the same random choices as in the run with this seed; timing still differs
`;

/** @throws Error on an unknown option, another number of nodes, or a number that is none. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      nodes: { type: 'string', default: '1' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
      nginx: { type: 'boolean', default: false },
      elsewhere: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new Error(`--seed: expected a whole number, got ${values.seed}`);
  const seconds = Number(values.seconds ?? (values.quick ? 3 : 8));
  if (!(seconds >= 1 && seconds <= 120))
    throw new Error(`--seconds: expected 1 to 120, got ${values.seconds}`);
  if (values.nodes !== '1' && values.nodes !== '2')
    throw new Error(`--nodes: expected 1 or 2, got ${values.nodes}`);
  if (values.elsewhere && (values.nodes === '2' || values.nginx))
    throw new Error('--elsewhere: takes one node without a proxy, leave --nodes and --nginx out');
  return {
    only: values.only.split(',').filter((name) => name !== ''),
    nodes: values.nodes === '1' ? 1 : 2,
    seconds,
    quietSeconds: values.quick ? 1.5 : 4,
    quick: values.quick,
    strict: values.strict,
    nginx: values.nginx,
    elsewhere: values.elsewhere,
    list: values.list,
    help: values.help,
    seed,
  };
}
