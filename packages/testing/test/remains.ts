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
    readonly folder: string,
  ) {}

  /** @param dataDirectory of PostgreSQL; its folder is one of the server's own */
  static of(pid: number, dataDirectory: string): Footprint {
    const folder = dirname(dataDirectory);
    const all = programs();
    const own = all.filter(({ command }) => command.includes(folder));
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
    await eventually(() => {
      const left = programs().filter(
        ({ pid, command }) => this.pids.includes(pid) || command.includes(this.folder),
      );
      return left.length === 0 && !existsSync(this.folder);
    });
  }
}
