import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op, UniqueConstraintError } from 'sequelize';
import type { Actor } from '../auth/actor.js';
import { Blocks } from '../blocks/blocks.js';
import { AppError, type CommandInput, type UserView } from '../contract/index.js';
import { User } from '../database/models/user.model.js';
import { Sql } from '../database/sql.js';
import { toUserView } from './user.view.js';
import { skipTakenIds, takeId } from './users.queries.js';

/** People. */
@Injectable()
export class UsersService {
  constructor(
    @InjectModel(User) private readonly users: typeof User,
    private readonly sql: Sql,
    private readonly blocks: Blocks,
  ) {}

  async page(actor: Actor, { after, limit }: CommandInput<'getUsers'>): Promise<UserView[]> {
    const where = after === undefined ? {} : { id: { [Op.gt]: after } };
    const users = await this.users.findAll({ where, order: [['id', 'ASC']], limit });
    return this.shownTo(actor, users.map(toUserView));
  }

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, id: number): Promise<UserView> {
    const user = toUserView(await this.find(id));
    const [shown] = await this.shownTo(actor, [user]);
    return shown ?? user;
  }

  /** @throws AppError CONFLICT when the externalId is taken. */
  async create(input: CommandInput<'createUser'>): Promise<UserView> {
    try {
      const user = await this.users.create({ ...input, id: await this.freeId() });
      return toUserView(user);
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      // Open mode may have used the id between our look and our insert.
      if ('id' in error.fields) return this.create(input);
      throw new AppError('CONFLICT', {
        details: [{ path: 'externalId', message: 'expected one not in use' }],
      });
    }
  }

  /**
   * @throws AppError NOT_FOUND
   * @throws AppError FORBIDDEN for a person who changes another.
   */
  async update(actor: Actor, { id, ...changes }: CommandInput<'updateUser'>): Promise<UserView> {
    if (actor.userId !== null && actor.userId !== id) throw new AppError('FORBIDDEN');
    const user = await this.find(id);
    return toUserView(await user.update(changes));
  }

  /** Who blocks the asker was, to the asker, never seen. */
  private async shownTo(actor: Actor, users: UserView[]): Promise<UserView[]> {
    const blockers = await this.blocks.blockersOf(
      actor.userId,
      users.map((user) => user.id),
    );
    return users.map((user) => (blockers.has(user.id) ? { ...user, lastSeenAt: null } : user));
  }

  private async find(id: number): Promise<User> {
    const user = await this.users.findByPk(id);
    if (!user) throw new AppError('NOT_FOUND');
    return user;
  }

  /** The next id of the sequence that nobody has: open mode makes users with ids of its own choice. */
  private async freeId(): Promise<number> {
    for (;;) {
      const [taken] = await this.sql.rows<{ id: number }>(takeId, []);
      if (!taken) throw new Error('nextval gave no row');
      if (!(await this.users.findByPk(taken.id, { attributes: ['id'] }))) return taken.id;
      await this.sql.rows(skipTakenIds, [taken.id]);
    }
  }
}
