import { randomBytes } from 'node:crypto';
import type { Role } from './permission-matrix.js';
import type { World } from './world.js';

/** The data that a command of the matrix is about. */
export interface Scene {
  /** The acting user; for the application and for nobody, a user whom they may name. */
  userId: number;
  /** Another user in the chat. */
  otherId: number;
  /** A user without a chat with the acting user. */
  thirdId: number;
  /** A user who has another chat with the acting user. */
  friendId: number;
  /** A user without chats who blocks the acting user. */
  enemyId: number;
  chatId: number;
  /** The same chat; for the application and nobody a group, because a direct chat forbids some commands to everyone. */
  groupId: number;
  /** A message of the acting user, which they stream; for roles that were never in the chat, of the other user. */
  ownId: number;
  /** A message of the other user. */
  messageId: number;
  /** A group to which the acting user is invited. */
  invitedToId: number;
  /** A public group that the acting user is not in. */
  publicId: number;
  /** A code that leads into another group, and the invitation with it. */
  code: string;
  inviteId: number;
  /** The id of a report of any message. */
  reportId: number;
  /** The id of an erasure of somebody. */
  erasureId: number;
  /** The id of a webhook that reaches nothing. */
  webhookId: number;
}

/** Ids that do not exist. */
export const nowhere = (scene: Scene): Scene => ({
  ...scene,
  otherId: 987_654_320,
  friendId: 987_654_326,
  chatId: 987_654_321,
  groupId: 987_654_321,
  invitedToId: 987_654_321,
  publicId: 987_654_321,
  inviteId: 987_654_325,
  code: 'x'.repeat(24),
  ownId: 987_654_322,
  messageId: 987_654_323,
  reportId: 987_654_324,
  erasureId: 987_654_325,
  webhookId: 987_654_325,
});

/** Creates a separate chat in which a user has the role, so that other cells do not change it. */
export async function sceneOf(world: World, role: Role): Promise<Scene> {
  const people = { userId: world.newId(), otherId: world.newId(), thirdId: world.newId() };
  const { userId, otherId, thirdId } = people;
  const [friendId, enemyId] = [world.newId(), world.newId()];
  await world.sql("INSERT INTO users (id, name) SELECT unnest($1::bigint[]), 'a name'", [
    [userId, otherId, thirdId, friendId, enemyId],
  ]);
  // Before the chat exists: it takes the blocks over when it is created.
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
  const within = !outside && role !== 'stranger' && role !== 'invited';
  const ownId = within ? await message(2, userId) : messageId;
  if (within) {
    await world.sql(`UPDATE messages SET metadata = '{"streaming": true}' WHERE id = $1`, [ownId]);
    await world.sql(
      `INSERT INTO message_streams ("userId", key, "messageId", "chatId", "endsAt")
       VALUES ($1, 'a key', $2, $3, now() + interval '1 hour')`,
      [userId, ownId, chatId],
    );
  }
  await world.sql('UPDATE chats SET "lastSeq" = $2::int, version = $2::int + 1 WHERE id = $1', [
    chatId,
    within ? 2 : 1,
  ]);
  // The user is removed after they have written.
  if (role === 'removed' || role === 'banned') {
    await world.sql('DELETE FROM chat_members WHERE "chatId" = $1 AND "userId" = $2', [chatId, userId]);
    await world.sql('UPDATE chats SET "membersVersion" = "membersVersion" + 1 WHERE id = $1', [chatId]);
  }
  const reportId = await idOf(
    world,
    `INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
     VALUES ($1, $2, $3, 1, 'words', '[]', now())`,
    [messageId, otherId, chatId],
  );
  await directChat(world, userId, friendId);
  const invitedToId = await group(world, 'stranger', userId, otherId);
  await world.sql(
    `INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld)
     SELECT unnest($1::bigint[]), $2, $3, false`,
    [role === 'invited' ? [invitedToId, chatId] : [invitedToId], userId, otherId],
  );
  const publicId = await group(world, 'stranger', userId, otherId);
  await world.sql(`UPDATE chats SET visibility = 'public' WHERE id = $1`, [publicId]);
  if (role === 'banned') {
    await world.sql(
      'INSERT INTO chat_restrictions ("chatId", "userId", "bannedAt") SELECT unnest($1::bigint[]), $2, now()',
      [[chatId, invitedToId, publicId], userId],
    );
  }
  const code = randomBytes(18).toString('base64url');
  const inviteId = await idOf(
    world,
    `INSERT INTO chat_invites ("chatId", "codeHash") VALUES ($1, sha256(convert_to($2, 'UTF8')))`,
    [invitedToId, code],
  );
  const erasureId = await idOf(
    world,
    `INSERT INTO erasures ("userId", messages, step, "doneAt") VALUES ($1, 'keep', 'rows', now())`,
    [world.newId()],
  );
  // There may be 50 of them: those of scenes that are long over make room.
  await world.sql('DELETE FROM webhooks WHERE id <= (SELECT max(id) - 30 FROM webhooks)');
  const webhookId = await idOf(
    world,
    `INSERT INTO webhooks (url, events, secrets) VALUES ('http://127.0.0.1:1/', '{*}', '[]')`,
    [],
  );
  const chats = { chatId, groupId, invitedToId, publicId };
  const others = { reportId, code, inviteId, erasureId, webhookId };
  return { ...people, friendId, enemyId, ...chats, ownId, messageId, ...others };
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

/** With the other user as a member; there is always an owner. */
async function group(world: World, role: Role, userId: number, otherId: number): Promise<number> {
  const chatId = await idOf(world, `INSERT INTO chats (type, title) VALUES ('group', $1)`, ['a group']);
  const members: [number, string][] = [[otherId, 'member']];
  if (role !== 'stranger' && role !== 'invited')
    members.push([userId, role === 'admin' || role === 'owner' ? role : 'member']);
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
  if (role === 'silenced') {
    await world.sql(
      `UPDATE chat_members SET "silencedUntil" = '2999-01-01' WHERE "chatId" = $1 AND "userId" = $2`,
      [chatId, userId],
    );
  }
  return chatId;
}

async function idOf(world: World, insert: string, values: unknown[]): Promise<number> {
  const [row] = await world.sql<{ id: string }>(`${insert} RETURNING id`, values);
  return Number(row!.id);
}
