import type { CommandName } from '../contract/index.js';
import type { ChatType } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';

/**
 * Who may do what in a chat: the least role in a group, and whether the two people of a direct chat may.
 * Sending is checked by the statement that writes the message; its row here says the same.
 */
export const permissions = {
  'chat.read': { group: 'member', direct: true },
  'chat.delete': { group: 'owner', direct: true },
  'chat.update': { group: 'admin', direct: false },
  'chat.leave': { group: 'member', direct: false },
  // Mute, archive, pin: for oneself.
  'chat.settings': { group: 'member', direct: true },
  'members.add': { group: 'admin', direct: false },
  // Whom, `outranks` says.
  'members.remove': { group: 'admin', direct: false },
  'members.setRole': { group: 'owner', direct: false },
  'message.send': { group: 'member', direct: true },
  'message.react': { group: 'member', direct: true },
  // A reaction of one's own, taken back.
  'message.unreact': { group: 'member', direct: true },
  'message.hide': { group: 'member', direct: true },
  'message.report': { group: 'member', direct: true },
  // One's own; whose it is, the service looks at.
  'message.edit': { group: 'member', direct: true },
  'message.delete': { group: 'member', direct: true },
  // Somebody else's.
  'message.deleteAny': { group: 'admin', direct: false },
  'message.read': { group: 'member', direct: true },
  'receipt.write': { group: 'member', direct: true },
} as const satisfies Record<string, { group: Role; direct: boolean }>;

export type Permission = keyof typeof permissions;

/**
 * What a block between the two people of a direct chat ends, for both: new words to each other. Reading, and taking
 * back what is one's own, goes on; in groups everything does.
 */
export const endedByBlock: ReadonlySet<Permission> = new Set<Permission>([
  'message.send',
  'message.edit',
  'message.react',
]);

/** Who may use a command. */
interface CommandRule {
  /**
   * - `anyone`: also who has not said who they are.
   * - `known`: a person, or the application.
   * - `person`: a person; the application acts for nobody.
   * - `oneself`: the person whom it is about, or the application.
   * - `application`: the application.
   */
  who: 'anyone' | 'known' | 'person' | 'oneself' | 'application';
  /** What a person must be allowed in the chat; the application is allowed all. */
  needs?: Permission;
}

/** Every command of the contract, by who may use it. `test/permission-matrix.e2e-spec.ts` asks on both edges. */
export const commandRules = {
  userOnline: { who: 'anyone' },
  userOffline: { who: 'person' },
  getOnlineUsers: { who: 'known' },
  getPresence: { who: 'known' },
  getUsersPresence: { who: 'known' },
  watchPresence: { who: 'known' },
  setVisibility: { who: 'oneself' },
  getVisibility: { who: 'oneself' },
  getUsers: { who: 'known' },
  getUser: { who: 'known' },
  createUser: { who: 'known' },
  updateUser: { who: 'oneself' },
  blockUser: { who: 'person' },
  unblockUser: { who: 'person' },
  getBlocks: { who: 'person' },
  getChats: { who: 'oneself' },
  createChat: { who: 'oneself' },
  createGroup: { who: 'known' },
  updateChat: { who: 'known', needs: 'chat.update' },
  getMembers: { who: 'known', needs: 'chat.read' },
  addMembers: { who: 'known', needs: 'members.add' },
  removeMember: { who: 'known', needs: 'members.remove' },
  leaveChat: { who: 'person', needs: 'chat.leave' },
  setRole: { who: 'known', needs: 'members.setRole' },
  updateMembership: { who: 'person', needs: 'chat.settings' },
  getChat: { who: 'known', needs: 'chat.read' },
  deleteChat: { who: 'known', needs: 'chat.delete' },
  sendMessage: { who: 'person', needs: 'message.send' },
  getMessages: { who: 'known', needs: 'message.read' },
  editMessage: { who: 'known', needs: 'message.edit' },
  deleteMessage: { who: 'known', needs: 'message.delete' },
  getMessageEdits: { who: 'known', needs: 'message.read' },
  markAsSeen: { who: 'known', needs: 'receipt.write' },
  markChatAsSeen: { who: 'known', needs: 'receipt.write' },
  markAsDelivered: { who: 'known', needs: 'receipt.write' },
  markAsUnread: { who: 'person', needs: 'receipt.write' },
  getUnreadCount: { who: 'person', needs: 'chat.read' },
  getMessageReceipts: { who: 'known', needs: 'message.read' },
  addReaction: { who: 'person', needs: 'message.react' },
  removeReaction: { who: 'person', needs: 'message.unreact' },
  sync: { who: 'person' },
  typing: { who: 'person', needs: 'message.send' },
  reportMessage: { who: 'person', needs: 'message.report' },
  getReports: { who: 'application' },
  updateReport: { who: 'application' },
  register: { who: 'anyone' },
  login: { who: 'anyone' },
  refresh: { who: 'anyone' },
  logout: { who: 'anyone' },
  getMe: { who: 'oneself' },
  changePassword: { who: 'person' },
  mintToken: { who: 'application' },
  upsertUsers: { who: 'known' },
  authenticate: { who: 'person' },
} as const satisfies Record<CommandName, CommandRule>;

const rank: Record<Role, number> = { member: 1, admin: 2, owner: 3 };

/** Whether somebody may remove a member: admins remove members, the owner anybody. */
export function outranks(role: Role, other: Role): boolean {
  return rank[role] > rank[other];
}

export function isAllowed(permission: Permission, chat: { type: ChatType; role: Role }): boolean {
  const rule = permissions[permission];
  return chat.type === 'direct' ? rule.direct : rank[chat.role] >= rank[rule.group];
}
