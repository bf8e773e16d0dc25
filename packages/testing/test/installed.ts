import { clusterUrl } from '../../../test/support/cluster.js';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const own = join(import.meta.dirname, '..');
const root = join(own, '..', '..');

/** What the application in the examples has installed beside this package. */
const BESIDE = ['jest', 'pg', 'socket.io-client', 'ws'];

export const README = join(own, 'README.md');

/** A program of an application: its output so far, and its end. */
export interface Program {
  pid: number;
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** The exit code; null: a signal ended it. */
  ended: Promise<number | null>;
}

/** The folder of an application that has this package installed, as it is packed. */
export class Installed {
  private constructor(readonly folder: string) {}

  static async make(): Promise<Installed> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-kit-app-')));
    const home = join(folder, 'node_modules', '@chat-api', 'testing');
    await mkdir(home, { recursive: true });
    const tsdown = createRequire(join(own, 'package.json')).resolve('tsdown/run');
    const built = spawnSync(process.execPath, [tsdown, '--no-dts', '--out-dir', join(home, 'dist')], {
      cwd: own,
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
    const { files } = JSON.parse(await readFile(join(own, 'package.json'), 'utf8')) as { files: string[] };
    for (const name of ['package.json', ...files.filter((one) => one !== 'dist')]) {
      await cp(join(own, name), join(home, name), { recursive: true });
    }
    for (const name of BESIDE) {
      await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    }
    const installed = new Installed(folder);
    await installed.write('package.json', '{ "private": true }');
    return installed;
  }

  async write(name: string, text: string): Promise<void> {
    await mkdir(dirname(join(this.folder, name)), { recursive: true });
    await writeFile(join(this.folder, name), text);
  }

  /** Runs Node there, in a process group of its own, as a terminal does; its server is in this run's PostgreSQL. */
  run(args: readonly string[], env: Record<string, string> = {}): Program {
    const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...inherited } = process.env;
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: {
        ...inherited,
        CHAT_SERVER_PATH: root,
        CHAT_TEST_DATABASE_URL: clusterUrl(),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    }
    return {
      pid: child.pid!,
      output: () => output,
      kill: (signal) => void process.kill(-child.pid!, signal),
      ended: once(child, 'close').then(([code]) => code as number | null),
    };
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
