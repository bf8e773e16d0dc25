import { spawn } from 'node:child_process';
import { projectRoot } from '../../src/common/project-root.js';
import { World } from '../support/world.js';

/** Runs `npm run audit:unread` without its build. */
async function audited(world: World): Promise<{ status: number | null; said: string }> {
  const env = { ...process.env, DATABASE_URL: world.config.database.url! };
  const child = spawn(process.execPath, ['scripts/audit-unread.mjs'], { cwd: projectRoot(), env });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { status, said };
}

describe('npm run audit:unread', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  it('names each membership whose count differs from its messages, and fails then', async () => {
    const { alice, bob, chatId } = await world.pair();
    for (const content of ['one', 'two', 'three']) await alice.ok('sendMessage', { chatId, content });
    expect(await audited(world)).toEqual({ status: 0, said: '2 memberships checked, 0 differ\n' });
    await world.sql(
      'UPDATE chat_members SET "sentBefore" = "sentBefore" + 2 WHERE "chatId" = $1 AND "userId" = $2',
      [chatId, bob.userId],
    );
    expect(await audited(world)).toEqual({
      status: 1,
      said: `chat ${chatId}, user ${bob.userId}: 5 unread by watermarks, 3 by count\n2 memberships checked, 1 differ\n`,
    });
  });
});
