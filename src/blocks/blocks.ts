import { Injectable } from '@nestjs/common';
import { AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import { blockedAmong, blockedMembers, blockersAmong } from './blocks.queries.js';

declare module '../common/bus.js' {
  interface InnerEvents {
    /** Somebody has blocked another, or taken it back: said at the node where it was committed. */
    blockChanged: { userId: number; blockedId: number };
  }
}

/**
 * Who blocks whom, for features that must keep people out of each other's sight. Not cached: an answer is one
 * lookup by index, and true on every node the moment a block is committed.
 */
@Injectable()
export class Blocks {
  constructor(private readonly database: Database) {}

  /**
   * Those of the people who block the viewer: to the viewer they look offline, never seen, and never type.
   * Nobody blocks the application (null).
   */
  async blockersOf(viewerId: number | null, people: readonly number[]): Promise<Set<number>> {
    if (viewerId === null || people.length === 0) return new Set();
    return new Set(await blockersAmong(this.database, { userId: viewerId, people }));
  }

  /** Those of the people whom a person blocks: they are told nothing of that person's presence and typing. */
  async blockedBy(userId: number, people: readonly number[]): Promise<Set<number>> {
    if (people.length === 0) return new Set();
    return new Set(await blockedAmong(this.database, { userId, people }));
  }

  /** The members of a chat whom a person blocks: in a group they are not told that the person types. */
  async blockedIn(chatId: number, userId: number): Promise<number[]> {
    return blockedMembers(this.database, { userId, chatId });
  }
}

/** What somebody gets in a direct chat whose other person blocks them. */
export function blockedByOther(): AppError {
  return new AppError('FORBIDDEN', { message: 'This person has blocked you.' });
}

/** What somebody gets in a direct chat whose other person they block themselves. */
export function blockingOther(): AppError {
  return new AppError('FORBIDDEN', { message: 'You block this person: unblock them first.' });
}
