type Role = 'member' | 'admin' | 'owner';

/**
 * Who may do what in a chat: the lowest role that may in a group, and whether the two people of a direct chat may.
 * Sending is checked by the statement that writes the message; its row here says the same. What a command needs is in
 * its definition.
 */
export const permissions = {
  'chat.read': { group: 'member', direct: true },
  'chat.delete': { group: 'owner', direct: true },
  // Empty and hide it: for oneself.
  'chat.clear': { group: 'member', direct: true },
  'chat.update': { group: 'admin', direct: false },
  'chat.leave': { group: 'member', direct: false },
  // Mute, archive, pin: for oneself.
  'chat.settings': { group: 'member', direct: true },
  // With `addMembers: members` members may, too.
  'members.add': { group: 'admin', direct: false },
  // `outranks` says whom.
  'members.remove': { group: 'admin', direct: false },
  // Mute for others: `outranks` says whom. Bans of members, too.
  'members.silence': { group: 'admin', direct: false },
  'members.ban': { group: 'admin', direct: false },
  // Links by which others join.
  'invites.manage': { group: 'admin', direct: false },
  'members.setRole': { group: 'owner', direct: false },
  'message.send': { group: 'member', direct: true },
  // `mentions: "all"` in the metadata of a message.
  'message.mentionAll': { group: 'admin', direct: true },
  'message.react': { group: 'member', direct: true },
  // A reaction of one's own, taken back.
  'message.unreact': { group: 'member', direct: true },
  'message.hide': { group: 'member', direct: true },
  'message.report': { group: 'member', direct: true },
  // One's own message; the service checks whose it is.
  'message.edit': { group: 'member', direct: true },
  'message.delete': { group: 'member', direct: true },
  // Somebody else's.
  'message.deleteAny': { group: 'admin', direct: false },
  // The stream of somebody else. In a group also whose message it answers; the service checks that.
  'stream.stop': { group: 'admin', direct: true },
  'message.read': { group: 'member', direct: true },
  'receipt.write': { group: 'member', direct: true },
} as const satisfies Record<string, { group: Role; direct: boolean }>;

export type Permission = keyof typeof permissions;

/**
 * What a block between the two people of a direct chat ends for both: writing to each other. They can still read, and
 * remove what is their own; in groups nothing changes.
 */
export const endedByBlock: ReadonlySet<Permission> = new Set<Permission>([
  'message.send',
  'message.edit',
  'message.react',
]);

/**
 * What nobody can do in a direct chat while one of its two people is deactivated: writing to them. Changing what is there
 * already stays possible.
 */
export const endedByDeactivation: ReadonlySet<Permission> = new Set<Permission>(['message.send']);

/** What a silence ends for a member of a group. They can still read, and remove what is their own. */
export const endedBySilence: ReadonlySet<Permission> = new Set<Permission>([
  'message.send',
  'message.edit',
  'message.react',
]);

/** What `sending: admins` leaves to the admins and the owner of a group: writing. All members may react. */
export const endedByAnnouncing: ReadonlySet<Permission> = new Set<Permission>([
  'message.send',
  'message.edit',
]);
