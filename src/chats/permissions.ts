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
  'message.hide': { group: 'member', direct: true },
  // One's own; whose it is, the service looks at.
  'message.edit': { group: 'member', direct: true },
  'message.delete': { group: 'member', direct: true },
  // Somebody else's.
  'message.deleteAny': { group: 'admin', direct: false },
  'message.read': { group: 'member', direct: true },
  'receipt.write': { group: 'member', direct: true },
} as const satisfies Record<string, { group: Role; direct: boolean }>;

export type Permission = keyof typeof permissions;

const rank: Record<Role, number> = { member: 1, admin: 2, owner: 3 };

/** Whether somebody may remove a member: admins remove members, the owner anybody. */
export function outranks(role: Role, other: Role): boolean {
  return rank[role] > rank[other];
}

export function isAllowed(permission: Permission, chat: { type: ChatType; role: Role }): boolean {
  const rule = permissions[permission];
  return chat.type === 'direct' ? rule.direct : rank[chat.role] >= rank[rule.group];
}
