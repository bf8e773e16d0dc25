import { type Permission, permissions } from '../contract/index.js';
import type { ChatRow, ChatType } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';

const rank: Record<Role, number> = { member: 1, admin: 2, owner: 3 };

/** Whether a member with `role` may remove one with role `other`: admins remove members, the owner removes anyone. */
export function outranks(role: Role, other: Role): boolean {
  return rank[role] > rank[other];
}

export function isAllowed(
  permission: Permission,
  chat: { type: ChatType; role: Role; addMembers?: ChatRow['addMembers'] },
): boolean {
  const rule = permissions[permission];
  if (permission === 'members.add' && chat.addMembers === 'members') return chat.type === 'group';
  return chat.type === 'direct' ? rule.direct : rank[chat.role] >= rank[rule.group];
}
