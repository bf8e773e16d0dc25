import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ChatView, MessageView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { groupOf } from '../support/groups.js';
import { World } from '../support/world.js';

describe('What was deleted', () => {
  let world: World;
  beforeAll(async () => {
    // Else what deleted messages said is kept for reports, and nowhere else: test/reports/deleted-messages.
    world = await World.start({ KEEP_DELETED_SECONDS: '0' });
  });
  afterAll(() => world.stop());

  /** The tables of which a row holds the word in any column, as text or as bytes. */
  async function tablesWith(word: string): Promise<string[]> {
    const tables = await world.sql<{ name: string }>(
      `SELECT quote_ident(relname) AS name FROM pg_class
       WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await world.sql(
        `SELECT 1 FROM ${name} x WHERE strpos(x::text, $1) > 0 OR strpos(x::text, $2) > 0 LIMIT 1`,
        [word, Buffer.from(word).toString('hex')],
      );
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  async function logOfDatabase(): Promise<string> {
    const [row] = await world.sql<{ folder: string }>(`SELECT current_setting('data_directory') AS folder`);
    return readFile(join(dirname(row!.folder), 'postgres.log'), 'utf8');
  }

  /** A word that occurs nowhere else. */
  const newWord = () => `w${randomUUID().replaceAll('-', '').slice(0, 20)}`;

  /** Runs a command with a key, and repeats it. */
  async function twice(
    by: { ok<T>(command: string, input: Record<string, unknown>): Promise<T> },
    command: string,
    input: Record<string, unknown>,
  ): Promise<unknown> {
    const keyed = { ...input, clientId: randomUUID() };
    const answer = await by.ok(command, keyed);
    await by.ok(command, keyed);
    return answer;
  }

  describe.each(edges)('over %s', (edge) => {
    it('is in no table and no log: a message deleted for everyone, its edits, reactions and keys', async () => {
      const word = newWord();
      const { alice, bob, chatId } = await world.pair();
      const by = over(edge, world, alice);
      const draft = { content: `first ${word}`, metadata: { [word]: word } };
      const { id: messageId } = (await twice(by, 'sendMessage', { chatId, ...draft })) as MessageView;
      await twice(by, 'editMessage', { messageId, content: `second ${word}` });
      await twice(by, 'editMessage', { messageId, content: `third ${word}` });
      await twice(over(edge, world, bob), 'addReaction', { messageId, emoji: word });
      await by.ok('markAsSeen', { chatId });
      expect(await tablesWith(word)).toEqual(['message_edits', 'message_reactions', 'messages']);

      await twice(by, 'deleteMessage', { messageId });
      expect(await tablesWith(word)).toEqual([]);
      expect(await logOfDatabase()).not.toContain(word);
    });

    it('is in no table and no log: a chat, its titles, messages and keys', async () => {
      const word = newWord();
      const application = over('REST', world, await world.stranger());
      const { owner, members } = await groupOf(world, 2);
      const by = over(edge, world, owner);
      const { id: chatId } = (await twice(by, 'createGroup', {
        title: `a ${word}`,
        memberIds: members.map(({ userId }) => userId),
        metadata: { about: word },
      })) as ChatView;
      await twice(by, 'updateChat', { chatId, title: `b ${word}`, metadata: { about: `${word}!` } });
      const mentions = members.map(({ userId }) => userId);
      const draft = { chatId, content: word, metadata: { word, mentions } };
      const { id: messageId } = (await twice(by, 'sendMessage', draft)) as MessageView;
      await twice(by, 'editMessage', { messageId, content: `${word} again` });
      await twice(by, 'addReaction', { messageId, emoji: word });
      await twice(application, 'sendSystemMessage', { chatId, content: word, metadata: { word } });
      await twice(by, 'setRole', { chatId, userId: members[0]!.userId, role: 'admin' });

      await twice(by, 'deleteChat', { chatId });
      expect(await tablesWith(word)).toEqual([]);
      expect(await logOfDatabase()).not.toContain(word);
      const keys = await world.sql('SELECT command FROM idempotency_keys WHERE "chatId" = $1', [chatId]);
      expect(keys).toEqual([]);
    });
  });

  it('is in a report only, which keeps the message on purpose, when somebody reported it', async () => {
    const word = newWord();
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await alice.ok<MessageView>('sendMessage', { chatId, content: word });
    await twice(bob, 'reportMessage', { messageId, reason: word });
    await alice.ok('deleteMessage', { messageId });
    expect(await tablesWith(word)).toEqual(['message_reports']);
    await alice.ok('deleteChat', { chatId });
    expect(await tablesWith(word)).toEqual(['message_reports']);
  });

  it('leaves no key of a long chat behind, whose messages go in chunks', async () => {
    const { alice, chatId } = await world.pair();
    const keys = Array.from({ length: 30 }, () => randomUUID());
    for (const clientId of keys) await alice.ok('markAsSeen', { chatId, clientId });
    await alice.ok('deleteChat', { chatId });
    expect(await world.sql('SELECT 1 FROM idempotency_keys WHERE key = ANY($1)', [keys])).toEqual([]);
  });
});
