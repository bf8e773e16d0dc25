import type { CommandName } from '../../src/contract/index.js';
import { newName, PASSWORD } from './accounts.js';
import type { Scene } from './matrix-scene.js';

/**
 * The role of the sender in the chat that a command is about. `blocked` and `blocker` are the users of a direct chat;
 * `silenced` is a member, `banned` was one and may join neither this group nor others of the scene, `invited` holds an
 * invitation to this group. `nobody` has neither token nor key; in open mode that is the application.
 */
export const roles = [
  'nobody',
  'application',
  'stranger',
  'removed',
  'member',
  'admin',
  'owner',
  'blocked',
  'blocker',
  'silenced',
  'banned',
  'invited',
] as const;
export type Role = (typeof roles)[number];

/** The words in the cells of the matrix, and the answers they stand for. */
export const outcomes = {
  ok: 'ok',
  none: 'NOT_FOUND',
  no: 'FORBIDDEN',
  mute: 'SILENCED',
  'who?': 'UNAUTHENTICATED',
  off: 'NOT_CONFIGURED',
} as const;
export type Outcome = keyof typeof outcomes;

/** The data that commands for accounts need. In open mode it is made up, because nothing reads it. */
export interface Accounts {
  /** A new user with a session. */
  register(): Promise<{ username: string; password: string; refreshToken: string }>;
  /** A password for a user who has none yet. */
  passwordOf(userId: number): Promise<string>;
  tokenOf(userId: number): Promise<string>;
}

type Input = Record<string, unknown>;

let externals = 0;
const another = () => `external ${++externals}`;

/** The inputs by the row of the matrix; its first word is the command. */
export const inputs: Record<string, (scene: Scene, accounts: Accounts) => Input | Promise<Input>> = {
  userOnline: ({ userId }) => ({ userId }),
  userOffline: () => ({}),
  getOnlineUsers: () => ({}),
  getUsers: () => ({}),
  searchUsers: () => ({ q: 'a name' }),
  'getUser oneself': ({ userId }) => ({ id: userId }),
  'getUser another': ({ otherId }) => ({ id: otherId }),
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
  addPushTarget: () => ({ kind: 'fcm', token: 'an example' }),
  removePushTarget: () => ({ token: 'an example' }),
  getPushKey: () => ({}),
  setActive: () => ({ active: true }),
  setVisibility: ({ userId }) => ({ userId, visible: true }),
  getVisibility: ({ userId }) => ({ userId }),
  upsertUsers: () => ({ users: [{ externalId: another(), name: 'a name' }] }),
  getMe: ({ userId }) => ({ userId }),
  findChats: () => ({}),
  createChat: ({ userId, thirdId }) => ({ user1Id: userId, user2Id: thirdId }),
  'createChat there is': ({ userId, otherId }) => ({ user1Id: userId, user2Id: otherId }),
  'createChat with an enemy': ({ userId, enemyId }) => ({ user1Id: userId, user2Id: enemyId }),
  createGroup: ({ otherId }) => ({ title: 'a new group', memberIds: [otherId] }),
  updateChat: ({ groupId }) => ({ chatId: groupId, title: 'a new title' }),
  getMembers: ({ chatId }) => ({ chatId }),
  addMembers: ({ groupId, thirdId }) => ({ chatId: groupId, userIds: [thirdId] }),
  getInvitations: () => ({}),
  acceptInvitation: ({ invitedToId }) => ({ chatId: invitedToId }),
  'acceptInvitation of others': ({ groupId }) => ({ chatId: groupId }),
  declineInvitation: ({ invitedToId }) => ({ chatId: invitedToId }),
  'declineInvitation of others': ({ groupId }) => ({ chatId: groupId }),
  setGroupAdds: ({ userId }) => ({ userId, groupAdds: 'contacts' }),
  getGroupAdds: ({ userId }) => ({ userId }),
  getNotifications: () => ({}),
  markNotificationsSeen: () => ({ upToId: 1 }),
  getPreferences: ({ userId }) => ({ userId }),
  updatePreferences: ({ userId }) => ({ userId, groups: 'mentions' }),
  removeMember: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId }),
  leaveChat: ({ groupId }) => ({ chatId: groupId }),
  setRole: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId, role: 'admin' }),
  'setRole of the owner': ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId, role: 'owner' }),
  getPublicChats: () => ({}),
  joinChat: ({ publicId }) => ({ chatId: publicId }),
  'joinChat that is private': ({ groupId }) => ({ chatId: groupId }),
  createInvite: ({ groupId }) => ({ chatId: groupId }),
  getInvites: ({ groupId }) => ({ chatId: groupId }),
  revokeInvite: ({ groupId, inviteId }) => ({ chatId: groupId, inviteId }),
  getInvite: ({ code }) => ({ code }),
  joinByInvite: ({ code }) => ({ code }),
  silenceMember: ({ groupId, otherId }) => ({
    chatId: groupId,
    userId: otherId,
    until: '2999-01-01T00:00:00Z',
  }),
  unsilenceMember: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId }),
  banMember: ({ groupId, otherId }) => ({ chatId: groupId, userId: otherId }),
  'banMember who is none': ({ groupId, thirdId }) => ({ chatId: groupId, userId: thirdId }),
  unbanMember: ({ groupId, thirdId }) => ({ chatId: groupId, userId: thirdId }),
  getBanned: ({ groupId }) => ({ chatId: groupId }),
  updateMembership: ({ chatId }) => ({ chatId, pinned: true }),
  getChat: ({ chatId }) => ({ chatId }),
  deleteChat: ({ chatId }) => ({ chatId }),
  clearChat: ({ chatId }) => ({ chatId }),
  sendMessage: ({ chatId }) => ({ chatId, content: 'words' }),
  sendSystemMessage: ({ chatId }) => ({ chatId, content: 'words' }),
  'sendMessage to mention all': ({ chatId }) => ({ chatId, content: 'words', metadata: { mentions: 'all' } }),
  'editMessage to mention all': ({ ownId }) => ({ messageId: ownId, metadata: { mentions: 'all' } }),
  'sendMessage as a reply': ({ chatId, messageId }) => ({ chatId, content: 'words', replyToId: messageId }),
  getMessages: ({ chatId }) => ({ chatId }),
  getMessage: ({ messageId }) => ({ messageId }),
  'editMessage of oneself': ({ ownId }) => ({ messageId: ownId, content: 'other words' }),
  'editMessage of another': ({ messageId }) => ({ messageId, content: 'other words' }),
  'deleteMessage of oneself': ({ ownId }) => ({ messageId: ownId }),
  'deleteMessage of another': ({ messageId }) => ({ messageId }),
  'deleteMessage for me': ({ messageId }) => ({ messageId, for: 'me' }),
  getMessageEdits: ({ messageId }) => ({ messageId }),
  markAsSeen: ({ messageId }) => ({ messageId }),
  markChatAsSeen: ({ chatId }) => ({ chatId }),
  markAsDelivered: ({ messageId }) => ({ messageId }),
  markChatAsDelivered: ({ chatId }) => ({ chatId }),
  markChatsAsDelivered: ({ chatId }) => ({ marks: [{ chatId, seq: 1 }] }),
  markAllAsSeen: () => ({}),
  markAsUnread: ({ chatId }) => ({ chatId }),
  getUnreadCount: ({ chatId }) => ({ chatId }),
  getUnreadTotals: () => ({}),
  getMessageReceipts: ({ messageId }) => ({ messageId }),
  addReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  removeReaction: ({ messageId }) => ({ messageId, emoji: '👍' }),
  streamMessage: ({ chatId }) => ({ chatId, content: 'words' }),
  sendDelta: ({ ownId }) => ({ messageId: ownId, offset: 0, text: 'words' }),
  'sendDelta of another': ({ messageId }) => ({ messageId, offset: 0, text: 'words' }),
  'finishStream of oneself': ({ ownId }) => ({ messageId: ownId, metadata: { done: true } }),
  'finishStream of another': ({ messageId }) => ({ messageId }),
  'stopStream of oneself': ({ ownId }) => ({ messageId: ownId }),
  'stopStream of another': ({ messageId }) => ({ messageId }),
  getStream: ({ messageId }) => ({ messageId }),
  sync: () => ({}),
  typing: ({ chatId }) => ({ chatId, typing: true }),
  sendEvent: ({ chatId }) => ({ chatId, type: 'an.event' }),
  reportMessage: ({ messageId }) => ({ messageId }),
  reportUser: ({ friendId }) => ({ userId: friendId }),
  'reportUser another': ({ otherId }) => ({ userId: otherId }),
  reportChat: ({ publicId }) => ({ chatId: publicId }),
  'reportChat that is private': ({ chatId }) => ({ chatId }),
  'reportChat to which they are invited': ({ invitedToId }) => ({ chatId: invitedToId }),
  deactivateUser: ({ thirdId }) => ({ userId: thirdId }),
  reactivateUser: ({ thirdId }) => ({ userId: thirdId }),
  getDeactivations: () => ({}),
  getReports: () => ({}),
  getAudit: () => ({}),
  updateReport: ({ reportId }) => ({ reportId, status: 'resolved' }),
  getConfig: () => ({}),
  getStatus: () => ({}),
  register: () => ({ username: newName(), password: PASSWORD }),
  login: async (_, accounts) => {
    const { username, password } = await accounts.register();
    return { username, password };
  },
  refresh: async (_, accounts) => ({ refreshToken: (await accounts.register()).refreshToken }),
  logout: async (_, accounts) => ({ refreshToken: (await accounts.register()).refreshToken }),
  getLogins: () => ({}),
  changePassword: async ({ userId }, accounts) => ({
    currentPassword: await accounts.passwordOf(userId),
    newPassword: `another ${PASSWORD}`,
  }),
  mintToken: ({ userId }) => ({ userId }),
  revokeSessions: ({ thirdId }) => ({ userId: thirdId }),
  getSessions: ({ thirdId }) => ({ userId: thirdId }),
  revokeTokens: ({ thirdId }) => ({ id: thirdId }),
  eraseUser: ({ thirdId }) => ({ userId: thirdId, messages: 'erase' }),
  eraseMe: async ({ userId }, accounts) => ({
    password: await accounts.passwordOf(userId),
    messages: 'erase',
  }),
  getErasure: ({ erasureId }) => ({ erasureId }),
  exportUser: ({ thirdId }) => ({ userId: thirdId }),
  exportChat: ({ chatId }) => ({ chatId }),
  setRetention: ({ chatId }) => ({ chatId, retentionDays: 30 }),
  createWebhook: () => ({ url: 'https://hooks.example.com/chat', events: ['newMessage'] }),
  getWebhooks: () => ({}),
  getWebhook: ({ webhookId }) => ({ webhookId }),
  updateWebhook: ({ webhookId }) => ({ webhookId, description: 'for invoices' }),
  deleteWebhook: ({ webhookId }) => ({ webhookId }),
  enableWebhook: ({ webhookId }) => ({ webhookId }),
  disableWebhook: ({ webhookId }) => ({ webhookId }),
  rotateWebhookSecret: ({ webhookId }) => ({ webhookId }),
  testWebhook: ({ webhookId }) => ({ webhookId }),
  getWebhookTries: ({ webhookId }) => ({ webhookId }),
  getWebhookEvents: ({ webhookId }) => ({ webhookId }),
  replayWebhookEvents: ({ webhookId }) => ({ webhookId }),
  authenticate: async ({ userId }, accounts) => ({ token: await accounts.tokenOf(userId) }),
};

const head = `
                         | nobody application stranger removed member admin owner blocked blocker silenced banned invited
`;

/**
 * Which role may use which command. The first row of a command is about the sender's own data, where that exists, so
 * that it matches the command's definition; `-` is not tested.
 */
const inBothModes = `
userOnline               | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
userOffline              | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getOnlineUsers           | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getPresence              | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getUsersPresence         | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
watchPresence            | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
setActive                | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
addPushTarget            | who?   who?        off      off     off    off   off   off     off     off      off    off
removePushTarget         | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getPushKey               | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
setVisibility            | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getVisibility            | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getUsers                 | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
searchUsers              | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getUser oneself          | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getMe                    | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
updateUser oneself       | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
updateUser another       | who?   ok          no       no      no     no    no    no      no      no       no     no
blockUser                | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
unblockUser              | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getBlocks                | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getChats                 | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
createChat               | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
createChat there is      | who?   -           -        -       -      -     -     ok      ok      -        -      -
createChat with an enemy | who?   -           no       no      no     no    no    no      no      no       no     no
createGroup              | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
updateChat               | who?   ok          none     none    no     ok    ok    no      no      no       none   none
getMembers               | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
addMembers               | who?   ok          none     none    no     ok    ok    no      no      no       none   none
getInvitations           | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
acceptInvitation         | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       no     ok
acceptInvitation of others | who? who?        none     none    ok     ok    ok    none    none    ok       none   ok
declineInvitation        | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
declineInvitation of others | who? who?       none     none    none   none  none  none    none    none     none   ok
setGroupAdds             | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getGroupAdds             | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getNotifications         | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
markNotificationsSeen    | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getPreferences           | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
updatePreferences        | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
removeMember             | who?   ok          none     none    no     ok    ok    no      no      no       none   none
leaveChat                | who?   who?        none     none    ok     ok    ok    no      no      ok       none   none
setRole                  | who?   ok          none     none    no     no    ok    no      no      no       none   none
setRole of the owner     | who?   ok          none     none    no     no    ok    no      no      no       none   none
getPublicChats           | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
joinChat                 | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       no     ok
joinChat that is private | who?   who?        none     none    ok     ok    ok    none    none    ok       none   none
createInvite             | who?   ok          none     none    no     ok    ok    no      no      no       none   none
getInvites               | who?   ok          none     none    no     ok    ok    no      no      no       none   none
revokeInvite             | who?   ok          none     none    no     ok    ok    no      no      no       none   none
getInvite                | who?   ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
joinByInvite             | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       no     ok
silenceMember            | who?   ok          none     none    no     ok    ok    no      no      no       none   none
unsilenceMember          | who?   ok          none     none    no     ok    ok    no      no      no       none   none
banMember                | who?   ok          none     none    no     ok    ok    no      no      no       none   none
banMember who is none    | who?   ok          none     none    no     ok    ok    no      no      no       none   none
unbanMember              | who?   ok          none     none    no     ok    ok    no      no      no       none   none
getBanned                | who?   ok          none     none    no     ok    ok    no      no      no       none   none
updateMembership         | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
getChat                  | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
deleteChat               | who?   ok          none     none    no     no    ok    ok      ok      no       none   none
clearChat                | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
sendMessage              | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
sendMessage as a reply   | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
sendMessage to mention all | who? who?        none     none    no     ok    ok    no      no      mute     none   none
getMessages              | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
getMessage               | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
editMessage of oneself   | who?   ok          none     none    ok     ok    ok    no      no      mute     none   none
editMessage of another   | who?   ok          none     none    no     no    no    no      no      mute     none   none
editMessage to mention all | who? ok          none     none    no     ok    ok    no      no      mute     none   none
deleteMessage of oneself | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
deleteMessage of another | who?   ok          none     none    no     ok    ok    no      no      no       none   none
deleteMessage for me     | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
getMessageEdits          | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
markAsSeen               | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
markChatAsSeen           | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
markAsDelivered          | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
markChatAsDelivered      | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
markChatsAsDelivered     | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
markAllAsSeen            | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
markAsUnread             | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
getUnreadCount           | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
getUnreadTotals          | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getMessageReceipts       | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
addReaction              | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
removeReaction           | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
streamMessage            | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
sendDelta                | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
sendDelta of another     | who?   who?        none     none    no     no    no    no      no      no       none   none
finishStream of oneself  | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
finishStream of another  | who?   ok          none     none    no     no    no    no      no      no       none   none
stopStream of oneself    | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
stopStream of another    | who?   ok          none     none    no     ok    ok    ok      ok      no       none   none
getStream                | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
sync                     | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
typing                   | who?   who?        none     none    ok     ok    ok    no      no      mute     none   none
sendEvent                | who?   ok          none     none    ok     ok    ok    no      no      mute     none   none
reportMessage            | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
reportUser               | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
reportChat               | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
reportChat that is private | who? who?        none     none    ok     ok    ok    ok      ok      ok       none   ok
reportChat to which they are invited | who? who? ok    ok      ok     ok    ok    ok      ok      ok       ok     ok
sendSystemMessage        | who?   ok          no       no      no     no    no    no      no      no       no     no
deactivateUser           | who?   ok          no       no      no     no    no    no      no      no       no     no
reactivateUser           | who?   ok          no       no      no     no    no    no      no      no       no     no
getDeactivations         | who?   ok          no       no      no     no    no    no      no      no       no     no
findChats                | who?   ok          no       no      no     no    no    no      no      no       no     no
getReports               | who?   ok          no       no      no     no    no    no      no      no       no     no
getAudit                 | who?   ok          no       no      no     no    no    no      no      no       no     no
updateReport             | who?   ok          no       no      no     no    no    no      no      no       no     no
eraseUser                | who?   ok          no       no      no     no    no    no      no      no       no     no
getErasure               | who?   ok          no       no      no     no    no    no      no      no       no     no
exportUser               | who?   ok          no       no      no     no    no    no      no      no       no     no
exportChat               | who?   ok          no       no      no     no    no    no      no      no       no     no
setRetention             | who?   ok          no       no      no     no    no    no      no      no       no     no
createWebhook            | who?   ok          no       no      no     no    no    no      no      no       no     no
getWebhooks              | who?   ok          no       no      no     no    no    no      no      no       no     no
getWebhook               | who?   ok          no       no      no     no    no    no      no      no       no     no
updateWebhook            | who?   ok          no       no      no     no    no    no      no      no       no     no
deleteWebhook            | who?   ok          no       no      no     no    no    no      no      no       no     no
enableWebhook            | who?   ok          no       no      no     no    no    no      no      no       no     no
disableWebhook           | who?   ok          no       no      no     no    no    no      no      no       no     no
rotateWebhookSecret      | who?   ok          no       no      no     no    no    no      no      no       no     no
testWebhook              | who?   ok          no       no      no     no    no    no      no      no       no     no
getWebhookTries          | who?   ok          no       no      no     no    no    no      no      no       no     no
getWebhookEvents         | who?   ok          no       no      no     no    no    no      no      no       no     no
replayWebhookEvents      | who?   ok          no       no      no     no    no    no      no      no       no     no
getConfig                | ok     ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getStatus                | who?   ok          no       no      no     no    no    no      no      no       no     no
`;

const inOpenMode = `
getUser another          | -      ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
reportUser another       | -      who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
createUser               | -      ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
upsertUsers              | -      ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
register                 | -      off         off      off     off    off   off   off     off     off      off    off
login                    | -      off         off      off     off    off   off   off     off     off      off    off
refresh                  | -      off         off      off     off    off   off   off     off     off      off    off
logout                   | -      off         off      off     off    off   off   off     off     off      off    off
getLogins                | -      off         off      off     off    off   off   off     off     off      off    off
changePassword           | -      off         off      off     off    off   off   off     off     off      off    off
eraseMe                  | -      off         off      off     off    off   off   off     off     off      off    off
mintToken                | -      off         off      off     off    off   off   off     off     off      off    off
revokeTokens             | -      off         off      off     off    off   off   off     off     off      off    off
revokeSessions           | -      off         off      off     off    off   off   off     off     off      off    off
getSessions              | -      off         off      off     off    off   off   off     off     off      off    off
authenticate             | -      off         off      off     off    off   off   off     off     off      off    off
`;

const withTokens = `
getUser another          | who?   ok          none     none    ok     ok    ok    ok      ok      ok       none   none
reportUser another       | who?   who?        none     none    ok     ok    ok    ok      ok      ok       none   none
createUser               | who?   ok          no       no      no     no    no    no      no      no       no     no
upsertUsers              | who?   ok          no       no      no     no    no    no      no      no       no     no
register                 | ok     ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
login                    | ok     ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
refresh                  | ok     ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
logout                   | ok     ok          ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
getLogins                | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
changePassword           | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
eraseMe                  | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
mintToken                | who?   ok          no       no      no     no    no    no      no      no       no     no
revokeTokens             | who?   ok          no       no      no     no    no    no      no      no       no     no
revokeSessions           | who?   ok          no       no      no     no    no    no      no      no       no     no
getSessions              | who?   ok          no       no      no     no    no    no      no      no       no     no
authenticate             | who?   who?        ok       ok      ok     ok    ok    ok      ok      ok       ok     ok
`;

export interface Row {
  name: string;
  command: CommandName;
  cells: Partial<Record<Role, Outcome>>;
}

/** @throws Error for a row that can't be read, or that has no input. */
function readRows(matrix: string): Row[] {
  const columns = head.split('|')[1]!.trim().split(/\s+/);
  return matrix
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', cells = ''] = line.split('|').map((part) => part.trim());
      const words = cells.split(/\s+/);
      if (words.length !== columns.length || words.some((word) => word !== '-' && !(word in outcomes)))
        throw new Error(`Can't read this row of the matrix: ${line}`);
      if (!(name in inputs)) throw new Error(`No input for ${name}: add it to inputs`);
      const asked = columns.map((role, index) => [role, words[index]]).filter(([, word]) => word !== '-');
      return {
        name,
        command: name.split(' ')[0] as CommandName,
        cells: Object.fromEntries(asked) as Row['cells'],
      };
    });
}

const shared = readRows(inBothModes);

/** The rows of each mode: the common ones and its own. */
export const rowsOf = {
  open: [...shared, ...readRows(inOpenMode)],
  jwt: [...shared, ...readRows(withTokens)],
};
