import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The machine and the version of a run. */
export interface Machine {
  processors: string;
  memory: string;
  system: string;
  node: string;
  /** The commit that was checked out; null outside a repository. */
  commit: string | null;
  /** Whether the product or the benchmark differed from that commit; null outside a repository. */
  changed: boolean | null;
  /** The arguments of `npm run bench --`. */
  arguments: string;
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** The paths on which a figure depends. Results are not among them, so that keeping one run does not spoil the next. */
const MEASURED = ['src', 'migrations', 'bench', 'package.json', 'package-lock.json', ':!tools/bench/results'];

export function machineOf(args: string[]): Machine {
  const processors = cpus();
  const commit = git('rev-parse', 'HEAD');
  const changes = commit === null ? null : git('status', '--porcelain', '--', ...MEASURED);
  return {
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    commit,
    changed: changes === null ? null : changes !== '',
    arguments: args.join(' '),
  };
}

/** The commit as text. */
export function commitOf({ commit, changed }: Machine): string {
  if (commit === null) return 'unknown';
  return changed === false ? commit : `${commit}, with changes`;
}

function git(...args: string[]): string | null {
  try {
    return execFileSync('git', args, {
      cwd: PROJECT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
