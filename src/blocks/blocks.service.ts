import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op } from 'sequelize';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { AppError, type BlockView, type CommandInput } from '../contract/index.js';
import { Bus } from '../common/bus.js';
import { Database, type Transaction } from '../database/database.js';
import { UserBlock } from '../database/models/user-block.model.js';
import { Publisher } from '../delivery/publisher.js';
import { addBlock, lockBlocker, lockPair, markDirectChat, type Pair, sharedChat } from './blocks.queries.js';

/** Most blocks of one user. */
const MAX_BLOCKS = 10_000;

/** Blocking and unblocking users. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
    @InjectModel(UserBlock) private readonly rows: typeof UserBlock,
  ) {}

  /**
   * Once this resolves, the blocked user can neither open a direct chat with the actor nor send in an existing one,
   * even when such a command is already running on another node. Blocking again changes nothing.
   *
   * @throws AppError VALIDATION_FAILED for oneself; NOT_FOUND for an unknown user; CONFLICT beyond 10,000 blocks
   */
  async block(actor: Actor, { userId: blockedId }: CommandInput<'blockUser'>): Promise<BlockView> {
    const userId = requireUserId(actor);
    if (blockedId === userId) throw oneself();
    await this.users.ensure([userId, blockedId]);
    const { blockedAt, added, shared } = await this.database.transaction((tx) =>
      this.add(tx, { userId, blockedId }),
    );
    const view: BlockView = { userId: blockedId, blocked: true, blockedAt };
    if (added) {
      this.bus.emit('blockChanged', { userId, blockedId });
      this.publisher.publish('blockChanged', view, { users: [userId], except: actor.origin });
      if (shared) this.vanish(userId, blockedId);
    }
    return view;
  }

  /** Removes a block. Succeeds when there is none, too. */
  async unblock(actor: Actor, { userId: blockedId }: CommandInput<'unblockUser'>): Promise<BlockView> {
    const userId = requireUserId(actor);
    const pair = { userId, blockedId };
    const removed = await this.database.transaction(async (tx) => {
      await lockPair(tx, pair);
      const count = await this.rows.destroy({ where: { ...pair }, transaction: tx.sequelize });
      if (count > 0) await markDirectChat(tx, { ...pair, blocked: false });
      return count > 0;
    });
    const view: BlockView = { userId: blockedId, blocked: false, blockedAt: null };
    if (removed) {
      this.bus.emit('blockChanged', { userId, blockedId });
      this.publisher.publish('blockChanged', view, { users: [userId], except: actor.origin });
    }
    return view;
  }

  /** The users whom the actor blocks, ordered by id. */
  async page(actor: Actor, { after = 0, limit }: CommandInput<'getBlocks'>): Promise<BlockView[]> {
    const blocks = await this.rows.findAll({
      where: { userId: requireUserId(actor), blockedId: { [Op.gt]: after } },
      order: ['blockedId'],
      limit,
    });
    return blocks.map(toBlockView);
  }

  /** Returns whether the block is new and whether the two share a chat, so that no query is needed after the commit. */
  private async add(
    tx: Transaction,
    pair: Pair,
  ): Promise<{ blockedAt: string | null; added: boolean; shared: boolean }> {
    const { userId } = pair;
    await lockPair(tx, pair);
    await lockBlocker(tx, userId);
    const made = await addBlock(tx, pair);
    if (!made) {
      const existing = await this.rows.findOne({ where: { ...pair }, transaction: tx.sequelize });
      if (!existing) throw new AppError('NOT_FOUND');
      return { blockedAt: toBlockView(existing).blockedAt, added: false, shared: false };
    }
    const blocks = await this.rows.count({ where: { userId }, transaction: tx.sequelize });
    if (blocks > MAX_BLOCKS) throw tooMany();
    await markDirectChat(tx, { ...pair, blocked: true });
    return { ...made, added: true, shared: (await sharedChat(tx, pair)) > 0 };
  }

  /** The blocked user's client may still show the blocker as online. Without a shared chat it never did. */
  private vanish(userId: number, blockedId: number): void {
    this.publisher.publish('userStatus', { userId, online: false, lastSeenAt: null }, { users: [blockedId] });
  }
}

function toBlockView({ blockedId, createdAt }: UserBlock): BlockView {
  return { userId: blockedId, blocked: true, blockedAt: createdAt.toISOString() };
}

function oneself(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'userId', message: 'expected a user other than yourself' }],
  });
}

function tooMany(): AppError {
  return new AppError('CONFLICT', {
    details: [
      { path: 'userId', message: `expected at most ${MAX_BLOCKS} blocked users: unblock somebody first` },
    ],
  });
}
