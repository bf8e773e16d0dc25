import type { Fault } from '../arena.js';
import { lacksDisks, SmallDisk } from '../subjects/small-disk.js';

const DISK_MB = 96;
const READS = new Set(['getMessages', 'getChats', 'sync']);

export const fault: Fault = {
  title: 'the disk under the tables of PostgreSQL is full, then has room again',
  expected: 'error acks, reads go on, recovery by itself',
  lacks: lacksDisks,
  async run(arena) {
    const { postgres, name, history } = arena;
    const disk = await SmallDisk.make(DISK_MB);
    arena.undo(() => disk.remove());
    await postgres.admin(
      `CREATE TABLESPACE small LOCATION '${await disk.folderOf(await postgres.account())}'`,
    );
    arena.undo(() => postgres.admin('DROP TABLESPACE small'));
    await postgres.admin(`ALTER DATABASE ${name} SET TABLESPACE small`);
    arena.undo(() => postgres.admin(`DROP DATABASE ${name} WITH (FORCE)`));

    const node = await arena.node();
    const load = await arena.load({ ports: [node.socketPort], padding: 500, changeMs: 100 });
    const times = arena.scale(3, 2);
    for (let time = 1; time <= times; time++) {
      await load.run(1_000);
      arena.say(`full, time ${time} of ${times}`);
      await disk.fill();
      const from = performance.now();
      await load.run(arena.scale(15_000, 5_000));
      const during = history.commands.filter(({ sentAt, outcome }) => sentAt > from && outcome !== null);
      await disk.free();
      const since = performance.now();
      const refused = during.filter(({ outcome }) => outcome === 'UNAVAILABLE').length;
      const reads = during.filter(({ command }) => READS.has(command));
      const failed = reads.filter(({ outcome }) => outcome !== 'ok').length;
      arena.note(
        `full ${time}: ${refused} commands refused, ${reads.length} reads, ${failed} of them failed`,
      );
      arena.expect(refused > 0, 'nothing was answered with UNAVAILABLE while the disk was full');
      arena.expect(reads.length > 0 && failed === 0, `${failed} of ${reads.length} reads failed meanwhile`);
      await arena.recovered(load, since);
    }
  },
};
