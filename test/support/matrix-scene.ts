import type { Role } from './permission-matrix.js';
import type { World } from './world.js';

/** What a command is asked about. */
export interface Scene {
  /** Who asks; of the application and of nobody a person whom they may name. */
  userId: number;
  /** Somebody else in the chat. */
  otherId: number;
  /** Somebody who has to do with nobody. */
  thirdId: number;
  /** Somebody who has to do with nobody, but blocks the one who asks. */
  enemyId: number;
  chatId: number;
  /** The same, but for the application and nobody: it may do all in a group, and nobody does some things in a direct chat. */
  groupId: number;
  /** Of the one who asks; for those who never were in the chat, of the other one. */
  ownId: number;
  /** Of the other one. */
  messageId: number;
  /** Of somebody's report of a message somewhere. */
  reportId: number;
}

/** Ids that nothing has. */
export const nowhere = (scene: Scene): Scene => ({
  ...scene,
  otherId: 987_654_320,
  chatId: 987_654_321,
  groupId: 987_654_321,
  ownId: 987_654_322,
  messageId: 987_654_323,
  reportId: 987_654_324,
});

/** A chat of its own in which somebody is what the role says: nobody else's cell changes it. */
export async function sceneOf(world: World, role: Role): Promise<Scene> {
  const [userId, otherId, thirdId, enemyId] = [world.newId(), world.newId(), world.newId(), world.newId()];
  await world.sql("INSERT INTO users (id, name) SELECT unnest($1::bigint[]), 'a name'", [
    [userId, otherId, thirdId, enemyId],
  ]);
  // Before there is a chat, which takes them over when it is made.
  const block = (one: number, other: number) =>
    world.sql('INSERT INTO user_blocks ("userId", "blockedId") VALUES ($1, $2)', [one, other]);
  await block(enemyId, userId);
  if (role === 'blocked') await block(otherId, userId);
  if (role === 'blocker') await block(userId, otherId);
  const outside = ['nobody', 'application'].includes(role);
  const chatId =
    outside || ['blocked', 'blocker'].includes(role)
      ? await directChat(world, outside ? thirdId : userId, otherId)
      : await group(world, role, userId, otherId);
  const groupId = outside ? await group(world, 'stranger', userId, otherId) : chatId;
  const message = (seq: number, senderId: number) =>
    idOf(
      world,
      `INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES ($1, $2::int, $2::int + 1, $3, 'words')`,
      [chatId, seq, senderId],
    );
  const messageId = await message(1, otherId);
  const within = !outside && role !== 'stranger';
  const ownId = within ? await message(2, userId) : messageId;
  await world.sql('UPDATE chats SET "lastSeq" = $2::int, version = $2::int + 1 WHERE id = $1', [
    chatId,
    within ? 2 : 1,
  ]);
  // Somebody was removed after they had written.
  if (role === 'removed') {
    await world.sql('DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2', [chatId, userId]);
    await world.sql('UPDATE chats SET "membersVersion" = "membersVersion" + 1 WHERE id = $1', [chatId]);
  }
  const reportId = await idOf(
    world,
    `INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
     VALUES ($1, $2, $3, 1, 'words', '[]', now())`,
    [messageId, otherId, chatId],
  );
  return { userId, otherId, thirdId, enemyId, chatId, groupId, ownId, messageId, reportId };
}

async function directChat(world: World, one: number, other: number): Promise<number> {
  const chatId = await idOf(
    world,
    `INSERT INTO chats (type, "user1Id", "user2Id") VALUES ('direct', $1, $2)`,
    [one, other],
  );
  await world.sql('INSERT INTO chat_members ("chatId", "userId") SELECT $1, unnest($2::bigint[])', [
    chatId,
    [one, other],
  ]);
  return chatId;
}

/** With the other one as a member; an owner there always is. */
async function group(world: World, role: Role, userId: number, otherId: number): Promise<number> {
  const chatId = await idOf(world, `INSERT INTO chats (type, title) VALUES ('group', $1)`, ['a group']);
  const members: [number, string][] = [[otherId, 'member']];
  if (role !== 'stranger') members.push([userId, role === 'removed' ? 'member' : role]);
  if (role !== 'owner') {
    const ownerId = world.newId();
    await world.sql('INSERT INTO users (id) VALUES ($1)', [ownerId]);
    members.push([ownerId, 'owner']);
  }
  for (const member of members)
    await world.sql('INSERT INTO chat_members ("chatId", "userId", role) VALUES ($1, $2, $3)', [
      chatId,
      ...member,
    ]);
  return chatId;
}

async function idOf(world: World, insert: string, values: unknown[]): Promise<number> {
  const [row] = await world.sql<{ id: string }>(`${insert} RETURNING id`, values);
  return Number(row!.id);
}
