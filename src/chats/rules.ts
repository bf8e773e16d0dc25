import { AppError, endedByAnnouncing, endedBySilence, type Permission } from '../contract/index.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';

/** What the rules of a group make of a member: also for direct chats, which have none. */
interface Ruled {
  sending: ChatRow['sending'];
  role: Role;
  silencedUntil: string | null;
  /** How long that is; null: not any more. */
  silencedMs: number | null;
}

/** Whether a member may send where only admins do. */
export const mayAnnounce = ({ sending, role }: Pick<Ruled, 'sending' | 'role'>) =>
  sending === 'all' || role !== 'member';

/** @throws AppError FORBIDDEN where only admins send; SILENCED for a member who is silenced. */
export function requireByRules(permission: Permission, ruled: Ruled): void {
  if (endedByAnnouncing.has(permission) && !mayAnnounce(ruled)) throw adminsOnly();
  if (endedBySilence.has(permission) && ruled.silencedMs !== null) throw silenced(ruled.silencedMs);
}

/** The error for members of a group with `sending: admins`. */
export function adminsOnly(): AppError {
  return new AppError('FORBIDDEN', {
    message: 'Only admins can send messages to this group.',
    details: { reason: 'adminsOnly' },
  });
}

/** The error for a member who is silenced for so many milliseconds. */
export function silenced(milliseconds: number): AppError {
  return new AppError('SILENCED', { retryAfterMs: milliseconds });
}

/** The error for a member whose last message to a group with slow mode was too recent. */
export function tooSoon(milliseconds: number): AppError {
  return new AppError('SLOW_MODE', { retryAfterMs: milliseconds });
}

/** The error for a user who is banned from a group. */
export function banned(): AppError {
  return new AppError('FORBIDDEN', {
    message: 'You are banned from this group: an admin of the group can lift that.',
    details: { reason: 'banned' },
  });
}
