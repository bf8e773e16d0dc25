import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Where a run was made, and of what. */
export interface Machine {
  processors: string;
  memory: string;
  system: string;
  node: string;
  /** What was checked out; null outside a repository. */
  commit: string | null;
  /** Whether what is measured, or what measures it, differed from that commit; null outside a repository. */
  changed: boolean | null;
  /** As they were given to `npm run bench --`. */
  arguments: string;
}

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a figure depends on. The results themselves are not: keeping those of one run does not spoil the next. */
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

/** Which commit it was, as people read it. */
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
