import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixedPort } from '../../tools/chaos/subjects/ports.js';
import { projectRoot } from '../../src/common/project-root.js';
import { eventually } from './world.js';

/** The ports of a node. */
export interface Ports {
  rest: number;
  sockets: number;
}

interface Kind {
  /** The shipped configuration. */
  shipped: string;
  /** The directive that opens its port, with `8080`. */
  listen: RegExp;
  package: string;
  /** The file to run it with, and its arguments. */
  prepare(folder: string, shipped: string): { text: string; args: (file: string) => string[] };
}

/** Debian's paths, some of which are not in the PATH of a root shell. */
const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`;

export const kinds = {
  nginx: {
    shipped: 'deploy/nginx/chat.conf',
    listen: /listen 8080;/,
    package: 'nginx-light',
    prepare: (folder, shipped) => {
      const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `  ${name}_temp_path ${folder}/${name};`,
      );
      return {
        text: `pid ${folder}/pid;\ndaemon off;\nworker_processes 1;\nerror_log stderr warn;\nevents {}\nhttp {\n  access_log off;\n${temp.join('\n')}\n${shipped}}\n`,
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

/** A suite that needs that proxy. Without it, it is skipped with a notice; with CI=true it fails. */
export function describeWith(name: KindName, title: string, suite: () => void): void {
  const install = `it needs ${name} (Debian: apt-get install ${kinds[name].package})`;
  if (!spawnSync(name, ['-v'], { env: { PATH } }).error) {
    describe(title, suite);
  } else if (process.env.CI === 'true') {
    describe(title, () => {
      it('runs', () => {
        throw new Error(`The tests of "${title}" did not run: ${install}`);
      });
    });
  } else {
    process.stderr.write(`LEFT OUT: the tests of "${title}": ${install}\n`);
    describe.skip(`${title} (left out: ${install})`, suite);
  }
}

/** The configuration as shipped. */
export const shippedConfiguration = (name: KindName): string =>
  readFileSync(join(projectRoot(), kinds[name].shipped), 'utf8');

/** nginx or HAProxy with the shipped configuration: only addresses and ports are replaced. */
export class ReverseProxy {
  private said = '';

  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.said += chunk.toString()));
    }
  }

  static async start(name: KindName, nodes: readonly [Ports, Ports]): Promise<ReverseProxy> {
    const port = await fixedPort();
    const kind: Kind = kinds[name];
    let shipped = shippedConfiguration(name);
    const put = (what: RegExp, value: string) => {
      if (!what.test(shipped)) throw new Error(`${kind.shipped} has no ${String(what)}`);
      shipped = shipped.replace(what, value);
    };
    put(kind.listen, kind.listen.source.replace(/:?8080/, `127.0.0.1:${port}`));
    nodes.forEach(({ rest, sockets }, i) => {
      put(new RegExp(`node-${i + 1}:3000`, 'g'), `127.0.0.1:${rest}`);
      put(new RegExp(`node-${i + 1}:5005`, 'g'), `127.0.0.1:${sockets}`);
    });
    const folder = mkdtempSync(join(tmpdir(), `chat-${name}-`));
    // nginx keeps large bodies there, where it is started by root as another user.
    chmodSync(folder, 0o755);
    const { text, args } = kind.prepare(folder, shipped);
    const file = join(folder, 'configuration');
    writeFileSync(file, text);
    const child = spawn(name, args(file), { env: { PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const proxy = new ReverseProxy(`http://127.0.0.1:${port}`, folder, child);
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${proxy.said}`);
      return fetch(proxy.url).then(
        () => true,
        () => false,
      );
    });
    return proxy;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
