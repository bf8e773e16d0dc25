import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../../src/common/project-root.js';
import type { BannedPage, ChatView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { auditErased } from '../../src/erasure/audit-erased.js';
import { erased, expectUnreadRight, numbersIn, rowsWith, tracesOf } from '../support/erasures.js';
import { everywhere } from '../support/everywhere.js';
import { World } from '../support/world.js';

jest.setTimeout(60_000);

/** Tables in which words of a person are, before they are erased. */
const WORDED = [
  'audit_entries',
  'chat_restrictions',
  'chats',
  'credentials',
  'deactivations',
  'deleted_contents',
  'idempotency_keys',
  'logins',
  'message_edits',
  'message_reports',
  'message_stream_parts',
  'message_streams',
  'messages',
  'push_targets',
  'user_name_words',
  'users',
];

/** Where the number of an erased person stays, as docs/adr/0030 lists it. */
const LEFT = [
  'audit_entries.actorId',
  'audit_entries.userId',
  'chats.user1Id',
  'chats.user2Id',
  'erased_members.userId',
  'erasures.userId',
  'idempotency_keys.kept',
  'messages.content',
  'messages.metadata',
  'messages.senderId',
  'outbox.details',
  'token_bounds.userId',
  'users.id',
  'webhook_parked.details',
  'webhook_parked.eventId',
  'webhook_tries.eventId',
];

describe('A person of whom every table has a row', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await World.start({ GROUP_ADDS: 'everybody' });
    url = world.config.database.url!;
  });
  afterAll(() => world.stop());

  /** Columns in which the number is found, and those in which it could be. */
  async function columnsWith(id: number): Promise<{ found: string[]; possible: string[] }> {
    const sql = Database.open({ url, pool: 1, timeoutMs: 30_000 });
    const { numbered, traces, stays } = await auditErased(sql, { userId: id, words: [] });
    await sql.close();
    return {
      found: [...traces, ...stays].map(({ table, column }) => `${table}.${column}`),
      possible: numbered,
    };
  }

  it.each(['erase', 'keep'] as const)(
    'is left as a number in the places that are listed, with `%s`',
    async (messages) => {
      const { id, word } = await everywhere(world);
      const before = await columnsWith(id);
      const worded = (await rowsWith(url, word)).map((row) => row.replace(/^public\.(\w+) .*/s, '$1'));
      expect([...new Set(worded)].sort()).toEqual(WORDED);
      await erased(world, id, messages);
      const after = await columnsWith(id);
      // A column that is missing here belongs to the scene, or to the columns that the audit knows as no ids of users.
      const ever = new Set([...before.found, ...after.found]);
      expect(before.possible.filter((column) => !ever.has(column))).toEqual([]);

      const kept = messages === 'keep' ? ['messages.clientId', 'messages.content', 'messages.metadata'] : [];
      expect(await tracesOf(url, id, [word])).toEqual(kept.map((column) => `${column} (${word})`));
      const rows = await rowsWith(url, word);
      expect(rows.filter((row) => !(messages === 'keep' && row.startsWith('public.messages ')))).toEqual([]);
      const mentions = messages === 'keep' ? ['message_mentions.senderId'] : [];
      expect(await numbersIn(url, id)).toEqual([...LEFT, ...mentions].sort());
      // In texts and data of messages only where the server itself notes what happened in a group.
      const noted = await world.sql<{ type: string }>(
        `SELECT DISTINCT type FROM messages WHERE concat(content, ' ', metadata) ~ ('\\m' || $1 || '\\M')`,
        [id],
      );
      expect(noted).toEqual([{ type: 'system' }]);
      await expectUnreadRight(url);
    },
  );

  it('is thought of in docs/adr/0030 for every table', async () => {
    const text = await readFile(join(projectRoot(), 'docs', 'adr', '0030-erasing-people.md'), 'utf8');
    const tables = await world.sql<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables
       WHERE table_schema = 'public' AND table_name <> 'SequelizeMeta'`,
    );
    const missing = tables.map(({ name }) => name).filter((name) => !text.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  it('leaves no reason that they gave to a ban of somebody else', async () => {
    const [owner, admin] = await Promise.all([world.person(), world.person()]);
    const [bob, banned] = await Promise.all([world.person(), world.person()]);
    const { id: chatId } = await owner.ok<ChatView>('createGroup', {
      title: 'a group',
      memberIds: [admin.userId, bob.userId, banned.userId],
    });
    await owner.ok('setRole', { chatId, userId: admin.userId, role: 'admin' });
    await owner.ok('banMember', { chatId, userId: banned.userId, reason: 'the first reason' });
    await owner.ok('banMember', { chatId, userId: bob.userId, reason: 'a reason that stays' });
    await admin.ok('banMember', { chatId, userId: banned.userId, reason: 'Brillig, and why not' });
    await erased(world, admin.userId);
    expect(await rowsWith(url, 'Brillig')).toEqual([]);
    const { banned: left } = await owner.ok<BannedPage>('getBanned', { chatId });
    expect(left).toMatchObject([
      { userId: bob.userId, bannedBy: owner.userId, reason: 'a reason that stays' },
      { userId: banned.userId, bannedBy: null, reason: null },
    ]);
  });
});
