import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fixedPort } from './ports.js';

const START_WITHIN_MS = 20_000;

/** The ports of a node. */
export interface Ports {
  rest: number;
  sockets: number;
}

interface Kind {
  /** The shipped configuration, from the folder of the project. */
  shipped: string;
  /** The directive that opens its port, with `8080`. */
  listen: RegExp;
  package: string;
  /** The file to run it with, and its arguments. */
  prepare(folder: string, shipped: string): { text: string; args: (file: string) => string[] };
}

/** Debian's paths, some of which are not in the PATH of a root shell. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

const kinds = {
  nginx: {
    shipped: 'deploy/nginx/chat.conf',
    listen: /listen 8080;/,
    package: 'nginx-light',
    prepare: (folder, shipped) => {
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `  ${name}_temp_path ${folder}/${name};`,
      );
      return {
        text: `pid ${folder}/pid;\ndaemon off;\nworker_processes 1;\nerror_log stderr warn;\nevents { worker_connections 8192; }\nhttp {\n  access_log off;\n${temp.join('\n')}\n${shipped}}\n`,
        args: (file) => ['-c', file, '-p', folder, '-e', 'stderr'],
      };
    },
  },
  haproxy: {
    shipped: 'deploy/haproxy/haproxy.cfg',
    listen: /bind :8080/,
    package: 'haproxy',
    prepare: (_folder, shipped) => ({ text: shipped, args: (file) => ['-db', '-f', file] }),
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

/** Where the shipped configuration is, from the folder of the project. */
export const shippedPathOf = (name: KindName): string => kinds[name].shipped;

/** Why it can't run here; null: it can. */
export function lacksProxy(name: KindName): string | null {
  if (!spawnSync(name, ['-v'], { env: { PATH } }).error) return null;
  return `it needs ${name} (Debian: apt-get install ${kinds[name].package})`;
}

/** nginx or HAProxy with the shipped configuration: only addresses and ports are replaced. */
export class ReverseProxy {
  private said = '';

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      // The end of it, for the error when it does not start.
      stream.on('data', (chunk: Buffer) => (this.said = (this.said + chunk.toString()).slice(-10_000)));
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it serves. `shipped` is the text of the configuration; a single node stands for both. */
  static async start(
    name: KindName,
    shipped: string,
    [first, second = first]: readonly [Ports, Ports?],
  ): Promise<ReverseProxy> {
    const port = await fixedPort();
    const kind: Kind = kinds[name];
    let own = shipped;
    const put = (what: RegExp, value: string) => {
      if (!what.test(own)) throw new Error(`${kind.shipped} has no ${String(what)}`);
      own = own.replace(what, value);
    };
    put(kind.listen, kind.listen.source.replace(/:?8080/, `127.0.0.1:${port}`));
    [first, second].forEach(({ rest, sockets }, i) => {
      put(new RegExp(`node-${i + 1}:3000`, 'g'), `127.0.0.1:${rest}`);
      put(new RegExp(`node-${i + 1}:5005`, 'g'), `127.0.0.1:${sockets}`);
    });
    const folder = mkdtempSync(join(tmpdir(), `chat-${name}-`));
    // nginx keeps large bodies there, where it is started by root as another user.
    chmodSync(folder, 0o755);
    const { text, args } = kind.prepare(folder, own);
    const file = join(folder, 'configuration');
    writeFileSync(file, text);
    const child = spawn(name, args(file), { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const proxy = new ReverseProxy(port, folder, child);
    const end = performance.now() + START_WITHIN_MS;
    while (!(await proxy.serves())) {
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${proxy.said}`);
      if (performance.now() > end) throw new Error(`${name} did not start:\n${proxy.said}`);
      await sleep(20);
    }
    return proxy;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async serves(): Promise<boolean> {
    return fetch(this.url).then(
      () => true,
      () => false,
    );
  }
}
