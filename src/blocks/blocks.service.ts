import { Injectable } from '@nestjs/common';
import { type Actor, personOf } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { AppError, type BlockView, type CommandInput } from '../contract/index.js';
import { type Runner, Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { Blocks } from './blocks.js';
import {
  addBlock,
  blockOf,
  blocksOf,
  countBlocks,
  lockBlocker,
  lockPair,
  markDirectChat,
  removeBlock,
  sharedChat,
} from './blocks.queries.js';

/** Most people whom one person blocks. */
const MAX_BLOCKS = 10_000;

interface Block {
  blockedAt: string;
}

/** Blocking people and taking it back. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
    private readonly blocks: Blocks,
  ) {}

  /**
   * From its answer on the other one can neither open a direct chat with the asker nor send in theirs, also when
   * they are doing so at this moment on another node. Blocking again changes nothing.
   *
   * @throws AppError VALIDATION_FAILED for oneself; NOT_FOUND for nobody; CONFLICT past 10,000 people
   */
  async block(actor: Actor, { userId: blockedId }: CommandInput<'blockUser'>): Promise<BlockView> {
    const userId = personOf(actor);
    if (blockedId === userId) throw oneself();
    await this.users.ensure([userId, blockedId]);
    const { blockedAt, added, shared } = await this.database.transaction((runner) =>
      add(runner, userId, blockedId),
    );
    const view: BlockView = { userId: blockedId, blocked: true, blockedAt };
    if (added) {
      this.blocks.changed({ userId, blockedId, blocked: true });
      this.publisher.publish('blockChanged', view, { users: [userId], except: actor.origin });
      if (shared) this.vanish(userId, blockedId);
    }
    return view;
  }

  /** Takes a block back; one that is not there, too. */
  async unblock(actor: Actor, { userId: blockedId }: CommandInput<'unblockUser'>): Promise<BlockView> {
    const userId = personOf(actor);
    const removed = await this.database.transaction(async (runner) => {
      await runner.rows(lockPair, [userId, blockedId]);
      const rows = await runner.rows(removeBlock, [userId, blockedId]);
      if (rows.length > 0) await runner.rows(markDirectChat, [userId, blockedId, false]);
      return rows.length > 0;
    });
    const view: BlockView = { userId: blockedId, blocked: false, blockedAt: null };
    if (removed) {
      this.blocks.changed({ userId, blockedId, blocked: false });
      this.publisher.publish('blockChanged', view, { users: [userId], except: actor.origin });
    }
    return view;
  }

  /** Whom the asker blocks, by id. */
  async page(actor: Actor, { after = 0, limit }: CommandInput<'getBlocks'>): Promise<BlockView[]> {
    return this.database.rows<BlockView>(blocksOf, [personOf(actor), after, limit]);
  }

  /** Who is blocked now may have the blocker on the screen as online. Those who share no chat have heard nothing. */
  private vanish(userId: number, blockedId: number): void {
    this.publisher.publish('userStatus', { userId, online: false, lastSeenAt: null }, { users: [blockedId] });
  }
}

/** Whether it is new, and then, whether the two share a chat: nothing is left to be looked up after the commit. */
async function add(
  runner: Runner,
  userId: number,
  blockedId: number,
): Promise<Block & { added: boolean; shared: boolean }> {
  await runner.rows(lockPair, [userId, blockedId]);
  await runner.rows(lockBlocker, [userId]);
  const [made] = await runner.rows<Block>(addBlock, [userId, blockedId]);
  if (!made) {
    const [there] = await runner.rows<Block>(blockOf, [userId, blockedId]);
    if (!there) throw new AppError('NOT_FOUND');
    return { ...there, added: false, shared: false };
  }
  const [blocks] = await runner.rows<{ count: number }>(countBlocks, [userId]);
  if (blocks && blocks.count > MAX_BLOCKS) throw tooMany();
  await runner.rows(markDirectChat, [userId, blockedId, true]);
  const shared = await runner.rows(sharedChat, [userId, blockedId]);
  return { ...made, added: true, shared: shared.length > 0 };
}

function oneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'userId', message: 'expected somebody other than yourself' }],
  });
}

function tooMany(): AppError {
  return new AppError('CONFLICT', {
    details: [{ path: 'userId', message: `expected at most ${MAX_BLOCKS} blocks` }],
  });
}
