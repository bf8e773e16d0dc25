import { spawn } from 'node:child_process';
import { projectRoot } from '../../src/common/project-root.js';
import type { ErasureView } from '../../src/contract/index.js';
import { RestAsker } from '../support/edges.js';
import { finished } from '../support/erasures.js';
import { World } from '../support/world.js';

/** Runs `npm run audit:erased` without its build. */
async function audited(world: World, ...args: string[]): Promise<{ status: number | null; output: string }> {
  const env = { ...process.env, DATABASE_URL: world.config.database.url! };
  const child = spawn(process.execPath, ['scripts/audit-erased.mjs', ...args], { cwd: projectRoot(), env });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, output };
}

describe('npm run audit:erased', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('finds a person everywhere before the erasure, and nowhere after it', async () => {
    const { alice, bob, chatId } = await world.pair();
    const id = String(alice.userId);
    await world.http
      .patch(`/users/${id}`)
      .set('X-User-Id', id)
      .send({ name: 'Wilhelmine Abendroth' })
      .expect(200);
    await alice.ok('sendMessage', { chatId, content: 'I am Wilhelmine Abendroth' });
    await bob.settled();
    const before = await audited(world, id, 'Wilhelmine Abendroth');
    expect(before.output).toMatch(/found: messages\.content: 1 row /);
    expect(before.output).toMatch(/found: users\.name: 1 row /);
    expect(before.status).toBe(1);
    const app = new RestAsker(world, 0);
    const { id: erasureId } = await app.ok<ErasureView>('eraseUser', {
      userId: alice.userId,
      messages: 'erase',
    });
    await finished(world, erasureId);
    const after = await audited(world, id, 'Wilhelmine Abendroth');
    expect(after.output).toMatch(new RegExp(`columns looked through for user ${id} and 1 word: nowhere`));
    expect(after.status).toBe(0);
  });

  it.each([[[]], [['0']], [['x']], [['7', ' ']]])('says how it is used when it is told %j', async (args) => {
    const { status, output } = await audited(world, ...args);
    expect(output).toContain('Usage: npm run audit:erased -- <id of the user>');
    expect(status).toBe(2);
  });
});
