import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems use for outgoing connections (32768 on Linux, 49152 elsewhere): a restarted server must
 * find its port free, whatever connections were opened meanwhile.
 */
const FIRST = 20_000;
const LAST = 32_000;

const taken = new Set<number>();

/** A free port of 127.0.0.1 that was not used before in this run. */
export async function fixedPort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error('No free port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await Promise.race([
    once(server, 'listening').then(
      () => true,
      () => false,
    ),
    once(server, 'error').then(() => false),
  ]);
  if (free) {
    server.close();
    await once(server, 'close');
  }
  return free;
}
