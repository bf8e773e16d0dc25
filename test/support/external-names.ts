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

/** An externalId of a user or chat, with what paths, queries and SQL might trip over. */
export const externalIdOf = (what: 'user' | 'chat', id: number) => `${what} ${id} ü/../%2F?#&+;=':é`;

/** Gives every user and every chat of a scene its externalId. */
export async function nameAll(world: World, scene: Scene): Promise<void> {
  const { userId, otherId, thirdId, friendId, enemyId, chatId, groupId, invitedToId, publicId } = scene;
  for (const id of [userId, otherId, thirdId, friendId, enemyId])
    await world.sql('UPDATE users SET "externalId" = $2 WHERE id = $1', [id, externalIdOf('user', id)]);
  for (const id of new Set([chatId, groupId, invitedToId, publicId]))
    await world.sql('UPDATE chats SET "externalId" = $2 WHERE id = $1', [id, externalIdOf('chat', id)]);
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
