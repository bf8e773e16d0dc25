import type { Arena, Fault } from '../arena.js';
import type { Load } from '../load/load.js';
import type { AppNode } from '../subjects/app-node.js';
import { NextVersion } from '../subjects/next-version.js';

export const fault: Fault = {
  title:
    'each node upgraded to a version with one more migration, and back; then the migration undone, under load',
  expected:
    'the old version serves on the new schema, and then on the old one; every accepted command answered',
  async run(arena) {
    const next = await NextVersion.make();
    arena.undo(() => next.remove());
    const nodes = await arena.serve();
    const network = await arena.balancer(nodes);
    const load = await arena.load({ ports: [network.port], friends: 4, thinkMs: 20, newChats: 0.02 });
    const isMigrated = (): Promise<boolean> => next.hasMigrated(arena.databaseUrl);
    arena.answersAllTaken = true;
    for (const node of nodes) {
      await change(arena, load, node, next.main);
      arena.expect(await isMigrated(), 'the new version did not migrate the schema');
    }
    for (const node of nodes) await change(arena, load, node);
    arena.expect(await isMigrated(), 'the old version undid the migration by itself');
    await load.run(1_000);
    await next.undo(arena.databaseUrl);
    arena.expect(!(await isMigrated()), 'the migration was not undone');
    const since = performance.now();
    await arena.recovered(load, since);
    await load.run(1_000);
  },
};

/** Stops a node and starts the given version in its place; by default the version of this build. */
async function change(arena: Arena, load: Load, node: AppNode, main?: string): Promise<void> {
  await load.run(arena.scale(3_000, 1_000));
  arena.say(main === undefined ? 'back to the old version' : 'on to the new version');
  const { code } = await node.stop();
  arena.expect(code === 0, `a node ended with code ${code}`);
  const since = performance.now();
  await node.launch(main);
  await arena.recovered(load, since);
}
