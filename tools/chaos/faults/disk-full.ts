import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, type Fault, type Nodes, portsOf } from '../arena.js';
import type { Load } from '../load/load.js';
import type { Random } from '../random.js';
import { lacksDisks, SmallDisk } from '../subjects/small-disk.js';

const DISK_MB = 96;
const CATALOG_CACHE = 'pg_internal.init';
/** Most milliseconds for a read on a busy machine. */
const READ_WITHIN_MS = 3_000;

export const fault: Fault = {
  title:
    'the disk under the tables of PostgreSQL is full, new connections are refused; then it has room again',
  expected: 'error acks, reads still work, recovery by itself',
  lacks: lacksDisks,
  async run(arena) {
    const { postgres, name, history } = arena;
    arena.connectionsStay = true;
    const disk = await SmallDisk.make(DISK_MB);
    arena.undo(() => disk.remove());
    await postgres.admin(
      `CREATE TABLESPACE small LOCATION '${await disk.folderOf(await postgres.account())}'`,
    );
    arena.undo(() => postgres.admin('DROP TABLESPACE small'));
    await postgres.admin(`ALTER DATABASE ${name} SET TABLESPACE small`);
    arena.undo(() => postgres.admin(`DROP DATABASE ${name} WITH (FORCE)`));

    const nodes = await arena.serve();
    const load = await arena.load({ ports: portsOf(nodes), padding: 500, changeMs: 100 });
    const random = arena.randomOf('reads');
    const times = arena.scale(3, 2);
    for (let time = 1; time <= times; time++) {
      await load.run(1_000);
      arena.say(`full, time ${time} of ${times}`);
      // As after any change of the catalogs. At the next connection PostgreSQL writes it again, or refuses that one.
      await disk.drop(CATALOG_CACHE);
      await disk.fill();
      const from = performance.now();
      const reads = await readOn(arena, random, load, nodes, from + arena.scale(15_000, 5_000));
      const during = history.commands.filter(
        ({ sentAt, answeredAt }) => sentAt > from && answeredAt !== null,
      );
      await disk.free();
      const since = performance.now();
      const refused = during.filter(({ outcome }) => outcome === 'UNAVAILABLE').length;
      arena.note(`full ${time}: ${refused} commands refused; ${reads.all} reads, ${reads.failed} failed`);
      arena.expect(refused > 0, 'no command was answered with UNAVAILABLE while the disk was full');
      arena.expect(reads.failed === 0, `${reads.failed} of ${reads.all} reads failed meanwhile`);
      await arena.recovered(load, since);
    }
  },
};

/** Reads over REST, like users who write nothing: on a socket a read waits for the commands before it. */
async function readOn(arena: Arena, random: Random, load: Load, nodes: Nodes, until: number) {
  const reads = { all: 0, failed: 0 };
  const chats = load.devices.flatMap(({ userId, replica }) =>
    replica.chatIds.map((chatId) => ({ userId, chatId })),
  );
  while (performance.now() < until) {
    const { userId, chatId } = random.pick(chats);
    const began = performance.now();
    const read = random.pick(nodes).request('GET', `/chats/${chatId}/messages?limit=50`, userId);
    const failure = await read.then(
      () => (performance.now() - began < READ_WITHIN_MS ? null : 'it took too long'),
      (error: Error) => error.message,
    );
    reads.all++;
    if (failure !== null && reads.failed++ === 0) arena.note(`the first read that failed: ${failure}`);
    await sleep(50);
  }
  return reads;
}
