import type { Scene } from './matrix-scene.js';
import type { World } from './world.js';

const OF_USERS = new Set([
  'userId',
  'id',
  'user1Id',
  'user2Id',
  'senderId',
  'receiverId',
  'memberIds',
  'userIds',
]);

/** Externals of every kind that the contract allows: of 1 and of 256 characters, and with what paths trip over. */
export const AWKWARD = [
  'a',
  '17',
  'x'.repeat(256),
  '漢'.repeat(256),
  '😀'.repeat(128),
  '/',
  '../..',
  '.',
  'a/b/c?d=e&f#g',
  '%',
  '%2F%25',
  'a+b c',
  ' x ',
  "'; DROP TABLE users; --",
  '"\\',
  'external:x',
  'e\u0301',
  'null',
  'auth0|507f1f77bcf86cd799439011',
  'ann@example.com',
  '\u202Ex',
  '\tx\n',
  ',',
  'k,k',
  'tenant,17',
  'a,b,',
];

/** An externalId of a user or chat, with what paths, queries and SQL might trip over. */
export const externalIdOf = (what: 'user' | 'chat', id: number) => `${what} ${id} ü/../%2F?#&+;=':é`;

/** Gives every user and every chat of a scene its externalId. */
export async function nameAll(world: World, scene: Scene): Promise<void> {
  const { userId, otherId, thirdId, friendId, enemyId, chatId, groupId, invitedToId, publicId } = scene;
  const name = async (table: 'users' | 'chats', what: 'user' | 'chat', ids: readonly number[]) => {
    const named = ids.map((id) => externalIdOf(what, id));
    await world.sql(
      `UPDATE ${table} t SET "externalId" = n.name FROM unnest($1::bigint[], $2::text[]) AS n(id, name) WHERE t.id = n.id`,
      [ids, named],
    );
  };
  await name('users', 'user', [userId, otherId, thirdId, friendId, enemyId]);
  await name('chats', 'chat', [...new Set([chatId, groupId, invitedToId, publicId])]);
}

/** The input of a command with `external:<externalId>` in place of the ids of users and chats. */
export function byExternalIds(value: unknown, field = ''): unknown {
  if (typeof value === 'number') {
    if (OF_USERS.has(field)) return `external:${externalIdOf('user', value)}`;
    return field === 'chatId' ? `external:${externalIdOf('chat', value)}` : value;
  }
  if (Array.isArray(value)) return value.map((one) => byExternalIds(one, field));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, byExternalIds(one, name)]));
}
