import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Readiness } from '../../src/common/readiness.js';
import { ownInstallation, type Program, serving } from '../support/process.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { eventually } from '../support/world.js';

jest.setTimeout(120_000);

const AT_ONCE = pathToFileURL(join(import.meta.dirname, '..', 'support', 'neighbours-at-once.mjs')).href;

const SAID = /Another node uses this database, and REDIS_URL is not set here or there/g;

/** Long enough for a node to look a few times, and to say what it has seen. */
const A_WHILE_MS = 1_500;

interface Node {
  program: Program;
  /** The answer of /health/ready. */
  ready(): Promise<Readiness>;
  /** How often its log says that another node is there which it does not reach. */
  readonly said: number;
  stop(): Promise<void>;
}

describe('Two nodes on one database', () => {
  const own = ownInstallation();

  const start = async (variables: Record<string, string> = {}): Promise<Node> => {
    const program = own.installed.start({
      HOST: '127.0.0.1',
      NODE_OPTIONS: `--import=${AT_ONCE}`,
      DATABASE_URL: own.database.url,
      ...variables,
    });
    const { rest } = await serving(program);
    return {
      program,
      async ready() {
        const response = await fetch(`${rest.replace('localhost', '127.0.0.1')}/health/ready`);
        // It serves its own users, so a balancer goes on sending them.
        expect(response.status).toBe(200);
        return (await response.json()) as Readiness;
      },
      get said() {
        return program.output.match(SAID)?.length ?? 0;
      },
      async stop() {
        program.kill('SIGTERM');
        expect(await program.exited).toBe(0);
      },
    };
  };

  const degraded = async (node: Node): Promise<readonly string[]> => (await node.ready()).degraded ?? [];
  const noticed = (node: Node, times = 1) =>
    eventually(async () => (await degraded(node)).includes('neighbours') && node.said === times);
  const well = (node: Node) => eventually(async () => (await node.ready()).status === 'ready');

  it('and no Redis: both say so in log and ready, once, until one of them is gone', async () => {
    const one = await start();
    await pause(A_WHILE_MS);
    expect(await one.ready()).toMatchObject({ status: 'ready' });
    const other = await start();
    await Promise.all([noticed(one), noticed(other)]);
    await pause(A_WHILE_MS);
    expect([one.said, other.said]).toEqual([1, 1]);
    await other.stop();
    await well(one);
    // The next one is said again.
    const third = await start();
    await Promise.all([noticed(one, 2), noticed(third)]);
    await Promise.all([one.stop(), third.stop()]);
  });

  describeWithRedis('and Redis', () => {
    it('at one of them: both say so; at both of them: neither does', async () => {
      const redis = await Redis.start();
      const linked = { REDIS_URL: redis.url };
      const [one, without] = await Promise.all([start(linked), start()]);
      await Promise.all([noticed(one), noticed(without)]);
      await without.stop();
      await well(one);
      const other = await start(linked);
      await well(other);
      await pause(A_WHILE_MS);
      expect(await Promise.all([one.ready(), other.ready()])).toEqual([
        expect.objectContaining({ status: 'ready', redis: 'up' }),
        expect.objectContaining({ status: 'ready', redis: 'up' }),
      ]);
      expect([one.said, other.said]).toEqual([1, 0]);
      await Promise.all([one.stop(), other.stop()]);
      redis.close();
    });
  });
});
