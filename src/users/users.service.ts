import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { UniqueConstraintError } from 'sequelize';
import type { Actor } from '../commands/identity/actor.js';
import { AppError, type CommandInput, type UserView } from '../contract/index.js';
import { User } from '../database/models/user.model.js';
import { Database } from '../database/database.js';
import { NameIndex } from './name-index.service.js';
import { toUserView } from './user.view.js';
import { insertMissingExternal, updateByExternalId } from './users.queries.js';

/** Makes and changes user profiles. Whoever makes or changes one may see the whole of it. */
@Injectable()
export class UsersService {
  constructor(
    @InjectModel(User) private readonly users: typeof User,
    private readonly database: Database,
    private readonly names: NameIndex,
  ) {}

  /** Whole views, in the order of the ids. @throws AppError NOT_FOUND when one of them is gone. */
  async byIds(ids: readonly number[]): Promise<UserView[]> {
    const users = await this.users.findAll({ where: { id: [...ids] } });
    const views = new Map(users.map((user) => [user.id, toUserView(user)]));
    return ids.map((id) => {
      const view = views.get(id);
      if (!view) throw new AppError('NOT_FOUND');
      return view;
    });
  }

  /**
   * With a `clientId` that has already created a user, returns that user in their current state.
   *
   * @throws AppError CONFLICT when the externalId is taken; FORBIDDEN when a user sets `metadata.app`.
   */
  async create(actor: Actor, { clientId, ...input }: CommandInput<'createUser'>): Promise<UserView> {
    requireOwnMetadata(actor, input.metadata, {});
    const creationKey = clientId === undefined ? null : `${actor.userId ?? 0} ${clientId}`;
    const known = await this.madeWith(creationKey);
    if (known) return toUserView(known);
    try {
      const user = await this.users.create({ ...input, creationKey });
      if (user.name) await this.names.write([user.id]);
      return toUserView(user);
    } catch (error) {
      if (!(error instanceof UniqueConstraintError)) throw error;
      // The same command on another node was faster.
      const made = await this.madeWith(creationKey);
      if (made) return toUserView(made);
      // Open mode has just taken the id.
      if ('id' in error.fields) return this.create(actor, { clientId, ...input });
      throw new AppError('CONFLICT', {
        details: [{ path: 'externalId', message: 'expected an externalId that is not taken' }],
      });
    }
  }

  /**
   * Creates and updates users by their externalIds. Returns them in the order of the input.
   *
   * @throws AppError FORBIDDEN when a user (in open mode) sets `metadata.app`.
   */
  async upsert(actor: Actor, { users }: CommandInput<'upsertUsers'>): Promise<UserView[]> {
    for (const { metadata } of users) requireOwnMetadata(actor, metadata, {});
    const views = await this.database.transaction(async (tx) => {
      await insertMissingExternal(
        tx,
        users.map(({ externalId }) => externalId),
      );
      return updateByExternalId(tx, users);
    });
    if (users.some(({ name }) => name !== undefined)) await this.names.write(views.map(({ id }) => id));
    return views;
  }

  /**
   * `metadata.app` is the application's: it stays as it is when users replace their metadata.
   *
   * @throws AppError NOT_FOUND
   * @throws AppError FORBIDDEN when a user changes another one, or `metadata.app`.
   */
  async update(actor: Actor, { id, ...changes }: CommandInput<'updateUser'>): Promise<UserView> {
    if (actor.userId !== null && actor.userId !== id) throw new AppError('FORBIDDEN');
    const view = await this.database.transaction(async ({ sequelize: transaction }) => {
      // Locked, so that nothing that the application writes meanwhile is lost.
      const user = await this.users.findByPk(id, { transaction, lock: transaction.LOCK.NO_KEY_UPDATE });
      if (!user) throw new AppError('NOT_FOUND');
      requireOwnMetadata(actor, changes.metadata, user.metadata);
      if (changes.metadata && actor.userId !== null && user.metadata.app !== undefined) {
        changes.metadata = { ...changes.metadata, app: user.metadata.app };
      }
      return toUserView(await user.update(changes, { transaction }));
    });
    if (changes.name !== undefined) await this.names.write([id]);
    return view;
  }

  private async madeWith(creationKey: string | null): Promise<User | null> {
    return creationKey === null ? null : this.users.findOne({ where: { creationKey } });
  }
}

/** @throws AppError FORBIDDEN when a user gives an `app` that differs from what the application has stored. */
function requireOwnMetadata(
  { userId }: Actor,
  given: Record<string, unknown> | undefined,
  stored: Record<string, unknown>,
): void {
  if (userId === null || given?.app === undefined || isDeepStrictEqual(given.app, stored.app)) return;
  throw new AppError('FORBIDDEN', { message: 'Only the application can change metadata.app: leave it out.' });
}
