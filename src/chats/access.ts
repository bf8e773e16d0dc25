import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { blockedByOther, blockingOther, Blocks } from '../blocks/blocks.js';
import { AppError, endedByBlock, endedByDeactivation, type Permission } from '../contract/index.js';
import type { ChatRow, ChatType } from '../database/models/chat.model.js';
import type { Role } from '../database/models/chat-member.model.js';
import { Database } from '../database/database.js';
import { membershipOf, type MembershipRow } from './membership.queries.js';
import { isAllowed } from './permissions.js';
import { requireByRules } from './rules.js';

/** A chat, with the actor's membership in it. */
export interface Membership {
  chatId: number;
  type: ChatType;
  user1Id: number | null;
  user2Id: number | null;
  lastSeq: number;
  version: number;
  /** Direct chats: whether user 1 blocks user 2, and the other way round. */
  user1Blocks: boolean;
  user2Blocks: boolean;
  /** Direct chats: one of the two users is deactivated. */
  closed: boolean;
  sending: ChatRow['sending'];
  addMembers: ChatRow['addMembers'];
  /** null: the application itself, which is not a member. */
  userId: number | null;
  role: Role;
  /** The actor sees the messages after this seq. */
  seesAfter: number;
  /** The actor is silenced until then, for so many milliseconds; null: they are not. */
  silencedUntil: string | null;
  silencedMs: number | null;
}

/** Checks permissions in a chat. Every service method that works on a chat calls it first. */
@Injectable()
export class Access {
  constructor(
    private readonly database: Database,
    private readonly blocks: Blocks,
  ) {}

  /**
   * @throws AppError NOT_FOUND when the chat does not exist, and also when the actor is not a member.
   * @throws AppError FORBIDDEN when the member's role is not enough, or a block or a rule of the group forbids it.
   * @throws AppError SILENCED when the member is silenced, and may do it otherwise.
   * @throws AppError USER_DEACTIVATED when nobody can write to the other user of a direct chat.
   */
  async require(actor: Actor, permission: Permission, chatId: number): Promise<Membership> {
    const chat = await membershipOf(this.database, { chatId, userId: actor.userId });
    return authorize(actor, permission, chat);
  }

  /** @throws AppError FORBIDDEN when the actor blocks the other user, or the other way round. */
  async requireNoBlock({ userId }: Actor, otherId: number): Promise<void> {
    if (userId === null) return;
    if ((await this.blocks.blockersOf(userId, [otherId])).size > 0) throw blockedByOther();
    if ((await this.blocks.blockedBy(userId, [otherId])).size > 0) throw blockingOther();
  }
}

/**
 * Checks a permission against the row of the chat.
 *
 * @throws AppError as `Access.require`
 */
export function authorize(actor: Actor, permission: Permission, chat: MembershipRow | undefined): Membership {
  if (!chat) throw new AppError('NOT_FOUND');
  if (actor.userId === null)
    return { ...chat, userId: null, role: 'owner', seesAfter: 0, silencedUntil: null, silencedMs: null };
  if (chat.role === null) throw new AppError('NOT_FOUND');
  const membership: Membership = { ...chat, userId: actor.userId, role: chat.role };
  if (!isAllowed(permission, membership)) throw new AppError('FORBIDDEN');
  if (endedByBlock.has(permission)) requireUnblocked(membership);
  if (endedByDeactivation.has(permission) && membership.closed) throw new AppError('USER_DEACTIVATED');
  if (membership.type === 'group') requireByRules(permission, membership);
  return membership;
}

/** Whether the other user of a direct chat blocks this one. */
export function isBlocked({ userId, user1Id, user1Blocks, user2Blocks }: Membership): boolean {
  return userId === user1Id ? user2Blocks : user1Blocks;
}

/** @throws AppError FORBIDDEN when one user of a direct chat blocks the other. */
function requireUnblocked(membership: Membership): void {
  if (isBlocked(membership)) throw blockedByOther();
  if (membership.user1Blocks || membership.user2Blocks) throw blockingOther();
}
