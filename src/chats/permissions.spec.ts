import { type Permission, permissions } from '../contract/index.js';
import type { Role } from '../database/models/chat-member.model.js';
import { isAllowed, outranks } from './permissions.js';

const roles: readonly Role[] = ['member', 'admin', 'owner'];
const all = Object.keys(permissions) as Permission[];

describe('Permissions', () => {
  it.each<[Permission, Role[]]>([
    ['chat.read', ['member', 'admin', 'owner']],
    ['chat.delete', ['owner']],
    ['chat.update', ['admin', 'owner']],
    ['chat.leave', ['member', 'admin', 'owner']],
    ['chat.settings', ['member', 'admin', 'owner']],
    ['members.add', ['admin', 'owner']],
    ['members.remove', ['admin', 'owner']],
    ['members.setRole', ['owner']],
    ['message.send', ['member', 'admin', 'owner']],
    ['message.read', ['member', 'admin', 'owner']],
    ['message.deleteAny', ['admin', 'owner']],
    ['receipt.write', ['member', 'admin', 'owner']],
  ])('give %s of a group to %j', (permission, allowed) => {
    expect(roles.filter((role) => isAllowed(permission, { type: 'group', role }))).toEqual(allowed);
  });

  it.each<Permission>(['chat.update', 'chat.leave', 'members.add', 'members.remove', 'members.setRole'])(
    'give %s of a direct chat to nobody',
    (permission) => {
      expect(isAllowed(permission, { type: 'direct', role: 'owner' })).toBe(false);
    },
  );

  it('let admins remove members, and only the owner remove admins', () => {
    const may = roles.map((role) => roles.filter((other) => outranks(role, other)));
    expect(may).toEqual([[], ['member'], ['member', 'admin']]);
  });

  it.each<Permission>(['chat.read', 'chat.delete', 'message.send', 'message.read', 'receipt.write'])(
    'give %s of a direct chat to both people',
    (permission) => {
      expect(isAllowed(permission, { type: 'direct', role: 'member' })).toBe(true);
    },
  );

  it.each(all)('give %s to every role above one that has it', (permission) => {
    const allowed = roles.map((role) => isAllowed(permission, { type: 'group', role }));
    expect(allowed).toEqual([...allowed].sort((one, other) => Number(one) - Number(other)));
    expect(allowed.at(-1)).toBe(true);
  });

  it.each(all)('make no difference between roles in a direct chat: %s', (permission) => {
    expect(new Set(roles.map((role) => isAllowed(permission, { type: 'direct', role }))).size).toBe(1);
  });
});
