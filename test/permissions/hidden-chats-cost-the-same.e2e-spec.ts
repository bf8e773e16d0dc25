import pg from 'pg';
import { z } from 'zod';
import { type CommandName, definitionOf } from '../../src/contract/index.js';
import { bearer, mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { type Asker, edges, RestAsker } from '../support/edges.js';
import { byExternalIds, nameAll } from '../support/external-names.js';
import { nowhere, type Scene, sceneOf } from '../support/matrix-scene.js';
import { inputs, rowsOf } from '../support/permission-matrix.js';
import { StatementLog } from '../support/statements.js';
import { World } from '../support/world.js';

/** All that answers a stranger as if there were nothing. */
const hidden = rowsOf.jwt.filter(({ cells }) => cells.stranger === 'none');

/**
 * Presence is told of, changes of groups, revoked tokens, names and other nodes are looked for, when it is time for it;
 * the keys of a user are counted with the first of a hundred.
 */
const ITS_OWN_TIME =
  /^(presence\.|rooms\.changedGroups$|identity\.(revokedSince|deactivatedSince)$|users\.(namesToIndex|writeWords|hasExpiredDeactivations|takeUnmarked)$|database\.(othersHere|askToWrite)$|idempotency\.count$)/;

function propertiesOf(command: CommandName): object {
  const { input } = definitionOf(command);
  return z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }).properties ?? {};
}

const isRepeatable = ({ command }: (typeof hidden)[number]) => 'clientId' in propertiesOf(command);

/** Those whose input has the id of a chat, for which `external:` can stand. */
const namesChats: ReadonlySet<string> = new Set(
  hidden
    .filter(({ command }) => 'chatId' in propertiesOf(command))
    .map(({ name }) => name)
    // These rows name a message; for chats they have rows of their own.
    .filter((name) => name !== 'markAsSeen' && name !== 'markAsDelivered'),
);

/**
 * Time can't be compared in a test, but what it is spent on can: a stranger to a chat costs the database the very
 * statements, in their order, that one who asks for what does not exist does.
 */
describe('A command of a stranger to a chat', () => {
  const key = newApiKey();
  let world: World;
  let log: StatementLog;
  beforeAll(async () => {
    log = new StatementLog();
    world = await World.start({ ...ownAccounts(), API_KEYS: key });
    // Connections enough that no statement comes late because it waits for one.
    const { accessToken } = await mint(world, key);
    const somebody = new RestAsker(world, 0, bearer(accessToken));
    await Promise.all(Array.from({ length: 6 }, () => somebody.ok('sync')));
  });
  afterAll(async () => {
    await world.stop();
    log.stop();
  });

  describe.each(edges)('over %s', (edge) => {
    /** Somebody who has asked for something before, so that what is remembered of them is. */
    const strangerTo = async (scene: Scene): Promise<Asker> => {
      const { userId, accessToken } = await mint(world, key, { userId: scene.userId });
      const asker =
        edge === 'REST'
          ? new RestAsker(world, 0, bearer(accessToken))
          : await world.bearer(userId, accessToken);
      await asker.ok('getOnlineUsers');
      return asker;
    };

    const served = hidden.filter(({ command }) => {
      const { rest, socket } = definitionOf(command);
      return edge === 'REST' ? rest : socket;
    });
    const asked = served.flatMap((row) => [
      { what: row.name, row, keys: [undefined, undefined] },
      ...(isRepeatable(row) ? [{ what: `${row.name} with a key`, row, keys: ['one', 'another'] }] : []),
      ...(namesChats.has(row.name)
        ? [{ what: `${row.name} by its externalId`, row, keys: [undefined, undefined], isNamed: true }]
        : []),
    ]);

    it.each(asked)(
      'runs the same statements as for a chat that does not exist: $what',
      async ({ row, keys, isNamed = false }) => {
        const scene = await sceneOf(world, 'stranger');
        if (isNamed) await nameAll(world, scene);
        const stranger = await strangerTo(scene);
        const costOf = async (at: Scene, clientId: string | undefined) => {
          const byIds = await inputOf(row.name, at);
          const input = isNamed ? (byExternalIds(byIds) as typeof byIds) : byIds;
          log.take();
          expect(await stranger.refused(row.command, { ...input, clientId })).toBe('NOT_FOUND');
          return log.take().filter((statement) => !ITS_OWN_TIME.test(statement));
        };
        const there = await costOf(scene, keys[0]);
        expect(there).toEqual(await costOf(nowhere(scene), keys[1]));
        expect(there).not.toEqual([]);
        // Not remembered, neither that there is one nor that there is none.
        if (isNamed) {
          expect(there).toContain('externalIds.chats');
          for (const at of [scene, nowhere(scene)]) expect(await costOf(at, undefined)).toEqual(there);
        }
      },
    );

    it.each(served)('is answered while a member holds the chat locked: $name', async ({ name, command }) => {
      const scene = await sceneOf(world, 'stranger');
      const stranger = await strangerTo(scene);
      const member = new pg.Client({ connectionString: world.config.database.url! });
      await member.connect();
      try {
        await member.query('BEGIN');
        await member.query('SELECT 1 FROM chats WHERE id = $1 FOR UPDATE', [scene.chatId]);
        await member.query('SELECT 1 FROM chat_members WHERE "chatId" = $1 FOR UPDATE', [scene.chatId]);
        // Who waits is answered UNAVAILABLE in the end.
        expect(await stranger.refused(command, await inputOf(name, scene))).toBe('NOT_FOUND');
      } finally {
        await member.end();
      }
    });
  });
});

/** Rows that are hidden need no accounts. */
async function inputOf(name: string, scene: Scene): Promise<Record<string, unknown>> {
  const none = () => Promise.reject(new Error('An account is not expected to be needed'));
  return inputs[name]!(scene, { register: none, passwordOf: none, tokenOf: none });
}
