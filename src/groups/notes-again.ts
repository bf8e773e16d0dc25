import type { Role } from '../database/models/chat-member.model.js';
import { addedNote, joinedNote, removedNote, roleNote } from './system-notes.js';
import type { Note } from './group-changes.js';
import { shownText } from '../messages/model/shown-text.js';

type Metadata = Record<string, unknown>;

const isId = (value: unknown): value is number => Number.isSafeInteger(value);

/**
 * The note that has been written with this metadata, to be written again with the names that people have now; null for one
 * that is not known here.
 */
export function noteAgain(metadata: Metadata): Pick<Note, 'names' | 'text'> | null {
  const { event, userId, ownerId, role } = metadata;
  const by = isId(metadata.by) ? metadata.by : null;
  switch (event) {
    case 'membersAdded': {
      const { userIds, count } = metadata;
      if (!Array.isArray(userIds) || !userIds.every(isId)) return null;
      if (userIds.length === 1 && userIds[0] === by) return joinedNote(by);
      // Of many only the first are kept; the rest are only counted.
      const others = isId(count) ? Math.max(0, count - userIds.length) : 0;
      return addedNote(by, [...userIds, ...new Array<number>(others).fill(0)]);
    }
    case 'memberRemoved': {
      const how = { newOwnerId: isId(ownerId) ? ownerId : null, banned: metadata.banned === true };
      return isId(userId) ? removedNote(by, userId, how) : null;
    }
    case 'memberUpdated':
      return isId(userId) && typeof role === 'string' ? roleNote(by, userId, role as Role) : null;
    case 'chatUpdated':
      return by === null ? null : { names: [], text: (nameOf) => `${nameOf(by)} ${changesOf(metadata)}` };
    default:
      return null;
  }
}

/** What of a group was changed, as `updateChat` notes it. */
export function changesOf(fields: Metadata): string {
  const texts: Record<string, string> = {
    title: `changed the title to “${shownText(typeof fields.title === 'string' ? fields.title : '')}”`,
    avatarUrl: fields.avatarUrl === null ? 'removed the picture' : 'changed the picture',
    historyVisible:
      fields.historyVisible === 'all' ? 'let new members see the past' : 'hid the past from new members',
    visibility: fields.visibility === 'public' ? 'made the group public' : 'made the group private',
    sending: fields.sending === 'all' ? 'let all members write' : 'let only admins write',
    slowModeSeconds:
      fields.slowModeSeconds === 0
        ? 'turned slow mode off'
        : `set slow mode to ${spanOf(Number(fields.slowModeSeconds))}`,
    addMembers: fields.addMembers === 'members' ? 'let all members add people' : 'let only admins add people',
  };
  const changed = Object.keys(fields).filter((field) => field in texts);
  return changed.map((field) => texts[field]).join(' and ');
}

/** Seconds in the largest unit of which they are a whole number. */
function spanOf(seconds: number): string {
  const [size, unit] =
    seconds % 3_600 === 0 ? [3_600, 'hour'] : seconds % 60 === 0 ? [60, 'minute'] : [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
