import { blocks } from '../blocks/blocks.queries.js';
import { isDeactivated } from '../commands/identity/deactivations.queries.js';
import { notHidden } from './chats.queries.js';
import { visibleAfter } from './membership.queries.js';
import { isMuted } from './notify-levels.js';

// Who is told of what they have not read: by pushes, and by `notification.due`.

/**
 * SQL: the seq after which a member is told of messages: after what they have seen, what was marked as read for them, and what
 * they cannot see. Who marks a chat as unread has seen it all the same: they are not told of it again.
 */
export const readUpTo = (member: string) =>
  `GREATEST(${member}."readSeq", ${member}."unreadSeq", ${visibleAfter(member)})`;

/** SQL: whether a member is told anything of the chat: they have not muted it, and are neither deactivated nor erased. */
export const isReached = (
  member: string,
) => `(NOT ${isMuted(member)} AND NOT ${isDeactivated(`${member}."userId"`)}
        AND (SELECT 1 FROM users v WHERE v.id = ${member}."userId" AND v."erasedAt" IS NULL) IS NOT NULL)`;

/** SQL: whether the message counts as unread for the member, and they may see it. */
export const isFor = (
  message: string,
  member: string,
) => `(NOT ${message}.quiet AND ${message}."deletedAt" IS NULL
          AND ${message}."senderId" IS DISTINCT FROM ${member}."userId"
          AND NOT ${blocks(`${member}."userId"`, `${message}."senderId"`)} AND ${notHidden(message, `${member}."userId"`)})`;
