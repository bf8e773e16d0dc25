import pg from 'pg';
import type { MembersPage } from '../../src/contract/index.js';
import { groupOf } from '../support/groups.js';
import { waitingForLock } from '../support/database-locks.js';
import { World } from '../support/world.js';

describe('A group that its owner deletes at the moment at which', () => {
  let world: World;
  let holder: pg.Client;
  beforeAll(async () => {
    world = await World.start();
    holder = new pg.Client({ connectionString: world.config.database.url! });
    await holder.connect();
  });
  afterAll(async () => {
    await holder.end();
    await world.stop();
  });

  it.each([
    [
      'another becomes its owner',
      `UPDATE chat_members SET role = 'admin' WHERE "chatId" = $1 AND role = 'owner'`,
      'FORBIDDEN',
    ],
    ['they are removed', `DELETE FROM chat_members WHERE "chatId" = $1 AND role = 'owner'`, 'NOT_FOUND'],
  ])('%s stays', async (_, change, code) => {
    const { chatId, owner, members } = await groupOf(world, 2);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM chats WHERE id = $1 FOR NO KEY UPDATE', [chatId]);
    await holder.query(change, [chatId]);
    const deleting = owner.ask('deleteChat', { chatId });
    await waitingForLock(world);
    await holder.query('COMMIT');
    expect(await deleting).toMatchObject({ ok: false, error: { code } });
    const page = await members[0]!.ok<MembersPage>('getMembers', { chatId });
    expect(page.members.map(({ userId }) => userId)).toContain(members[0]!.userId);
    expect(await world.sql('SELECT 1 FROM chat_purges WHERE "chatId" = $1', [chatId])).toEqual([]);
  });
});
