import type { Note } from './group-changes.js';
import type { NameOf } from '../messages/model/system-messages.js';
import type { Role } from '../database/models/chat-member.model.js';

/** Most names in a text; the rest are counted. */
const MAX_NAMED = 3;

/** Most ids in the metadata of a system message; the rest are counted. */
const MAX_IDS = 100;

const titles: Record<Role, string> = { owner: 'the owner', admin: 'an admin', member: 'a member' };

/** `Alice`, `Alice and Bob`, `Alice, Bob, Carol and 7 others`. */
export function listed(userIds: readonly number[], nameOf: NameOf): string {
  const others = userIds.length - MAX_NAMED;
  const names = userIds.slice(0, MAX_NAMED).map(nameOf);
  if (others > 0) names.push(others === 1 ? '1 other' : `${others} others`);
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`;
}

/** `by` is the user who did it; null: the application itself. */
export function addedNote(by: number | null, userIds: readonly number[]): Note {
  return {
    names: userIds.slice(0, MAX_NAMED),
    text: (nameOf) => {
      const people = listed(userIds, nameOf);
      return by === null
        ? `${people} ${userIds.length === 1 ? 'was' : 'were'} added`
        : `${nameOf(by)} added ${people}`;
    },
    metadata: { event: 'membersAdded', userIds: userIds.slice(0, MAX_IDS), count: userIds.length },
  };
}

/** Somebody who was invited has joined. `by` in the metadata is the same user. */
export function joinedNote(userId: number): Note {
  return {
    names: [],
    text: (nameOf) => `${nameOf(userId)} joined`,
    metadata: { event: 'membersAdded', userIds: [userId], count: 1 },
  };
}

/** `newOwnerId` is the new owner; null: the owner has not changed. */
export function removedNote(
  by: number | null,
  userId: number,
  { newOwnerId, banned }: { newOwnerId: number | null; banned: boolean },
): Note {
  const removed = banned ? 'banned' : 'removed';
  return {
    names: newOwnerId === null ? [userId] : [userId, newOwnerId],
    text: (nameOf) => {
      const name = nameOf(userId);
      const text =
        by === userId
          ? `${name} left`
          : by === null
            ? `${name} was ${removed}`
            : `${nameOf(by)} ${removed} ${name}`;
      return newOwnerId === null ? text : `${text}; ${nameOf(newOwnerId)} is the owner now`;
    },
    metadata: {
      event: 'memberRemoved',
      userId,
      ...(banned ? { banned } : {}),
      ...(newOwnerId === null ? {} : { ownerId: newOwnerId }),
    },
  };
}

export function roleNote(by: number | null, userId: number, role: Role): Note {
  return {
    names: [userId],
    text: (nameOf) =>
      by === null
        ? `${nameOf(userId)} is ${titles[role]} now`
        : `${nameOf(by)} made ${nameOf(userId)} ${titles[role]}`,
    metadata: { event: 'memberUpdated', userId, role },
  };
}
