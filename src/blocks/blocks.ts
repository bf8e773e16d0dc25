import { Injectable } from '@nestjs/common';
import { AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import { blockedAmong, blockedMembers, blockersAmong, membersBehindBlocks } from './blocks.queries.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /** A user blocked or unblocked another one. Emitted at the node that committed it. */
    blockChanged: { userId: number; blockedId: number };
  }
}

/**
 * Who blocks whom, for features that must hide users from each other. Not cached: an answer is one index lookup, and
 * right on every node as soon as a block is committed.
 */
@Injectable()
export class Blocks {
  constructor(private readonly database: Database) {}

  /**
   * The users among `people` who block the viewer: the viewer sees them as offline, never seen, and never typing. The
   * application (null) can't be blocked.
   */
  async blockersOf(viewerId: number | null, people: readonly number[]): Promise<Set<number>> {
    if (viewerId === null || people.length === 0) return new Set();
    return new Set(await blockersAmong(this.database, { userId: viewerId, people }));
  }

  /** The users among `people` whom `userId` blocks: they receive no presence or typing events of `userId`. */
  async blockedBy(userId: number, people: readonly number[]): Promise<Set<number>> {
    if (people.length === 0) return new Set();
    return new Set(await blockedAmong(this.database, { userId, people }));
  }

  /** The members of a chat whom `userId` blocks: in a group they receive no typing events of `userId`. */
  async blockedIn(chatId: number, userId: number): Promise<number[]> {
    return blockedMembers(this.database, { userId, chatId });
  }

  /** The members of a chat whom `userId` blocks, or who block `userId`. */
  async eitherWayIn(chatId: number, userId: number): Promise<number[]> {
    return membersBehindBlocks(this.database, { userId, chatId });
  }
}

/** The error in a direct chat whose other user blocks the actor. */
export function blockedByOther(): AppError {
  return new AppError('FORBIDDEN', {
    message:
      'You can not write to this user: they have blocked you, which only they can undo, or they are gone.',
  });
}

/** The error in a direct chat whose other user is blocked by the actor. */
export function blockingOther(): AppError {
  return new AppError('FORBIDDEN', { message: 'You have blocked this user: unblock them first.' });
}
