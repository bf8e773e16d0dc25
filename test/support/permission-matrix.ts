import type { CommandName } from '../../src/contract/index.js';
import type { Edge } from './edges.js';
import type { World } from './world.js';

/** What somebody is to the chat that a command is about. The last two are the people of a direct chat. */
export const roles = [
  'application',
  'stranger',
  'removed',
  'member',
  'admin',
  'owner',
  'blocked',
  'blocker',
] as const;
export type Role = (typeof roles)[number];

/** What a cell of the matrix says, and the answer it stands for. */
export const outcomes = {
  ok: 'ok',
  none: 'NOT_FOUND',
  no: 'FORBIDDEN',
  'who?': 'UNAUTHENTICATED',
} as const;
export type Outcome = keyof typeof outcomes;

/** What a command is asked about. */
export interface Scene {
  /** Who asks; of the application a person whom it may name. */
  userId: number;
  /** Somebody else in the chat. */
  otherId: number;
  /** Somebody who has to do with nobody. */
  thirdId: number;
  /** Somebody who has to do with nobody, but blocks the one who asks. */
  enemyId: number;
  chatId: number;
  /** The same, but for the application: it may do all in a group, and nobody does some things in a direct chat. */
  groupId: number;
  /** Of the one who asks; for those who never were in the chat, of the other one. */
  ownId: number;
  /** Of the other one. */
  messageId: number;
  /** Of somebody's report of a message somewhere. */
  reportId: number;
}

let externals = 0;

/** What is asked, by the row of the matrix: its first word is the command. */
export const inputs: Record<string, (scene: Scene) => Record<string, unknown>> = {
  userOnline: ({ userId }) => ({ userId }),
  userOffline: () => ({}),
  getOnlineUsers: () => ({}),
  getUsers: () => ({}),
  getUser: ({ otherId }) => ({ id: otherId }),
  createUser: () => ({ name: 'somebody new' }),
  'updateUser oneself': ({ userId }) => ({ id: userId, name: 'a new name' }),
  'updateUser another': ({ otherId }) => ({ id: otherId, name: 'a new name' }),
  blockUser: ({ thirdId }) => ({ userId: thirdId }),
  unblockUser: ({ thirdId }) => ({ userId: thirdId }),
  getBlocks: () => ({}),
  getChats: ({ userId }) => ({ userId }),
  getPresence: ({ otherId }) => ({ userIds: [otherId] }),
  getUsersPresence: ({ otherId }) => ({ userIds: [otherId] }),
  watchPresence: ({ otherId }) => ({ userIds: [otherId] }),
  setVisibility: ({ userId }) => ({ userId, visible: true }),
  getVisibility: ({ userId }) => ({ userId }),
  upsertUsers: () => ({ users: [{ externalId: `external ${++externals}`, name: 'a name' }] }),
  getMe: ({ userId }) => ({ userId }),
  createChat: ({ userId, thirdId }) => ({ user1Id: userId, user2Id: thirdId }),
  'createChat there is': ({ userId, otherId }) => ({ user1Id: userId, user2Id: otherId }),
  'createChat with an enemy': ({ userId, enemyId }) => ({ user1Id: userId, user2Id: enemyId }),
  createGroup: ({ otherId }) => ({ title: 'a new group', memberIds: [otherId] }),
  updateChat: ({ groupId }) => ({ chatId: groupId, title: 'a new title' }),
  getMembers: ({ chatId }) => ({ chatId }),
  addMembers: ({ groupId, thirdId }) => ({ chatId: groupId, userIds: [thirdId] }),
  removeMember: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId }),
  leaveChat: ({ groupId }) => ({ chatId: groupId }),
  setRole: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId, role: 'admin' }),
  'setRole of the owner': ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId, role: 'owner' }),
  updateMembership: ({ chatId }) => ({ chatId, pinned: true }),
  getChat: ({ chatId }) => ({ chatId }),
  deleteChat: ({ chatId }) => ({ chatId }),
  sendMessage: ({ chatId }) => ({ chatId, content: 'words' }),
  'sendMessage as a reply': ({ chatId, messageId }) => ({ chatId, content: 'words', replyToId: messageId }),
  getMessages: ({ chatId }) => ({ chatId }),
  'editMessage of oneself': ({ ownId }) => ({ messageId: ownId, content: 'other words' }),
  'editMessage of another': ({ messageId }) => ({ messageId, content: 'other words' }),
  'deleteMessage of oneself': ({ ownId }) => ({ messageId: ownId }),
  'deleteMessage of another': ({ messageId }) => ({ messageId }),
  'deleteMessage for me': ({ messageId }) => ({ messageId, for: 'me' }),
  getMessageEdits: ({ messageId }) => ({ messageId }),
  markAsSeen: ({ messageId }) => ({ messageId }),
  markChatAsSeen: ({ chatId }) => ({ chatId }),
  markAsDelivered: ({ messageId }) => ({ messageId }),
  markAsUnread: ({ chatId }) => ({ chatId }),
  getUnreadCount: ({ chatId }) => ({ chatId }),
  getMessageReceipts: ({ messageId }) => ({ messageId }),
  addReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  removeReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  sync: () => ({}),
  typing: ({ chatId }) => ({ chatId, typing: true }),
  reportMessage: ({ messageId }) => ({ messageId }),
  getReports: () => ({}),
  updateReport: ({ reportId }) => ({ reportId, status: 'resolved' }),
};

/**
 * Who may use what. A command's first row is about what is the asker's own, as far as there is such a thing, so
 * that it says what `commandRules` says; `-` is not asked.
 */
const matrix = `
                         | application stranger removed member admin owner blocked blocker
userOnline               | ok          ok       ok      ok     ok    ok    ok      ok
userOffline              | who?        ok       ok      ok     ok    ok    ok      ok
getOnlineUsers           | ok          ok       ok      ok     ok    ok    ok      ok
getPresence              | ok          ok       ok      ok     ok    ok    ok      ok
getUsersPresence         | ok          ok       ok      ok     ok    ok    ok      ok
watchPresence            | ok          ok       ok      ok     ok    ok    ok      ok
setVisibility            | ok          ok       ok      ok     ok    ok    ok      ok
getVisibility            | ok          ok       ok      ok     ok    ok    ok      ok
getUsers                 | ok          ok       ok      ok     ok    ok    ok      ok
getUser                  | ok          ok       ok      ok     ok    ok    ok      ok
createUser               | ok          ok       ok      ok     ok    ok    ok      ok
upsertUsers              | ok          ok       ok      ok     ok    ok    ok      ok
getMe                    | ok          ok       ok      ok     ok    ok    ok      ok
updateUser oneself       | ok          ok       ok      ok     ok    ok    ok      ok
updateUser another       | ok          no       no      no     no    no    no      no
blockUser                | who?        ok       ok      ok     ok    ok    ok      ok
unblockUser              | who?        ok       ok      ok     ok    ok    ok      ok
getBlocks                | who?        ok       ok      ok     ok    ok    ok      ok
getChats                 | ok          ok       ok      ok     ok    ok    ok      ok
createChat               | ok          ok       ok      ok     ok    ok    ok      ok
createChat there is      | -           -        -       -      -     -     ok      ok
createChat with an enemy | -           no       no      no     no    no    no      no
createGroup              | ok          ok       ok      ok     ok    ok    ok      ok
updateChat               | ok          none     none    no     ok    ok    no      no
getMembers               | ok          none     none    ok     ok    ok    ok      ok
addMembers               | ok          none     none    no     ok    ok    no      no
removeMember             | ok          none     none    no     ok    ok    no      no
leaveChat                | who?        none     none    ok     ok    ok    no      no
setRole                  | ok          none     none    no     no    ok    no      no
setRole of the owner     | ok          none     none    no     no    ok    no      no
updateMembership         | who?        none     none    ok     ok    ok    ok      ok
getChat                  | ok          none     none    ok     ok    ok    ok      ok
deleteChat               | ok          none     none    no     no    ok    ok      ok
sendMessage              | who?        none     none    ok     ok    ok    no      no
sendMessage as a reply   | who?        none     none    ok     ok    ok    no      no
getMessages              | ok          none     none    ok     ok    ok    ok      ok
editMessage of oneself   | ok          none     none    ok     ok    ok    no      no
editMessage of another   | ok          none     none    no     no    no    no      no
deleteMessage of oneself | ok          none     none    ok     ok    ok    ok      ok
deleteMessage of another | ok          none     none    no     ok    ok    no      no
deleteMessage for me     | who?        none     none    ok     ok    ok    ok      ok
getMessageEdits          | ok          none     none    ok     ok    ok    ok      ok
markAsSeen               | ok          none     none    ok     ok    ok    ok      ok
markChatAsSeen           | ok          none     none    ok     ok    ok    ok      ok
markAsDelivered          | ok          none     none    ok     ok    ok    ok      ok
markAsUnread             | who?        none     none    ok     ok    ok    ok      ok
getUnreadCount           | who?        none     none    ok     ok    ok    ok      ok
getMessageReceipts       | ok          none     none    ok     ok    ok    ok      ok
addReaction              | who?        none     none    ok     ok    ok    no      no
removeReaction           | who?        none     none    ok     ok    ok    ok      ok
sync                     | who?        ok       ok      ok     ok    ok    ok      ok
typing                   | who?        none     none    ok     ok    ok    no      no
reportMessage            | who?        none     none    ok     ok    ok    ok      ok
getReports               | ok          no       no      no     no    no    no      no
updateReport             | ok          no       no      no     no    no    no      no
`;

export interface Row {
  name: string;
  command: CommandName;
  cells: Partial<Record<Role, Outcome>>;
}

/** @throws Error for a row that can't be read, or that nobody has told an input of. */
function readMatrix(): Row[] {
  const [head = '', ...lines] = matrix.trim().split('\n');
  const columns = head.split('|')[1]!.trim().split(/\s+/) as Role[];
  return lines.map((line) => {
    const [name = '', cells = ''] = line.split('|').map((part) => part.trim());
    const words = cells.split(/\s+/);
    if (words.length !== columns.length || words.some((word) => word !== '-' && !(word in outcomes)))
      throw new Error(`The matrix has a row that can not be read: ${line}`);
    if (!(name in inputs)) throw new Error(`No input for ${name}`);
    const asked = columns.map((role, index) => [role, words[index]]).filter(([, word]) => word !== '-');
    return {
      name,
      command: name.split(' ')[0] as CommandName,
      cells: Object.fromEntries(asked) as Row['cells'],
    };
  });
}

export const rows = readMatrix();

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

/**
 * A way in which a server is run, and how somebody asks there as one of the roles. Nobody is no role of the matrix:
 * where one can be nobody, `commandRules` says it all (`anyone`, or UNAUTHENTICATED).
 */
export interface Mode {
  name: string;
  variables: Record<string, string>;
  /** The answer as it went over the wire, and what it says. */
  ask(at: {
    world: World;
    edge: Edge;
    role: Role;
    userId: number;
    command: CommandName;
    input: Record<string, unknown>;
  }): Promise<{ wire: string; outcome: string }>;
}

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
  const direct = ['application', 'blocked', 'blocker'].includes(role);
  const chatId = direct
    ? await directChat(world, role === 'application' ? thirdId : userId, otherId)
    : await group(world, role, userId, otherId);
  const groupId = role === 'application' ? await group(world, 'stranger', userId, otherId) : chatId;
  const message = (seq: number, senderId: number) =>
    idOf(
      world,
      `INSERT INTO messages ("chatId", seq, version, "senderId", content) VALUES ($1, $2::int, $2::int + 1, $3, 'words')`,
      [chatId, seq, senderId],
    );
  const messageId = await message(1, otherId);
  const within = !['application', 'stranger'].includes(role);
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
  if (role !== 'owner') members.push([await idOf(world, 'INSERT INTO users DEFAULT VALUES', []), 'owner']);
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
