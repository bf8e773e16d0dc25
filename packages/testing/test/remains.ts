import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { eventually } from './client.js';

interface Program {
  pid: number;
  parent: number;
  command: string;
}

function programs(): Program[] {
  const { stdout } = spawnSync('ps', ['-ww', '-eo', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return stdout.split('\n').flatMap((line) => {
    const found = /^ *(\d+) +(\d+) (.*)$/.exec(line);
    return found ? [{ pid: Number(found[1]), parent: Number(found[2]), command: found[3]! }] : [];
  });
}

/** Everything that a process has started for a server: to be asked while it runs. */
export class Footprint {
  private constructor(
    private readonly pids: readonly number[],
    readonly commands: readonly string[],
    private readonly folder: string | null,
  ) {}

  /** @param dataDirectory of a PostgreSQL of its own; null: it has none */
  static of(pid: number, dataDirectory: string | null): Footprint {
    const folder = dataDirectory && dirname(dataDirectory);
    const all = programs();
    const own = all.filter(({ command }) => folder !== null && command.includes(folder));
    for (let parents = [pid]; parents.length > 0;) {
      const children = all.filter(
        ({ parent, command }) => parents.includes(parent) && /keeper\.mjs|main\.js/.test(command),
      );
      own.push(...children);
      parents = children.map((child) => child.pid);
    }
    return new Footprint(
      own.map((one) => one.pid),
      own.map(({ command }) => command),
      folder,
    );
  }

  /** Waits until nothing of it is left, neither a process nor a file. */
  async gone(): Promise<void> {
    const isOfIt = ({ pid, command }: Program) =>
      this.pids.includes(pid) || (this.folder !== null && command.includes(this.folder));
    await eventually(() => !programs().some(isOfIt) && (this.folder === null || !existsSync(this.folder)));
  }
}
