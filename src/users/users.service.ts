import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { UniqueConstraintError } from 'sequelize';
import type { Actor } from '../commands/identity/actor.js';
import { Identity } from '../commands/identity/identity.js';
import { AppError, type CommandInput, type UserView } from '../contract/index.js';
import { User } from '../database/models/user.model.js';
import { Database } from '../database/database.js';
import { NameIndex } from './name-index.service.js';
import { ProfileNews } from './profile-news.service.js';
import { toPublicView, toUserView } from './user.view.js';
import { insertMissingExternal, updateByExternalId } from './users.queries.js';

/** Users whose rows one statement of an upsert writes: each is noted in up to 1,000 chats. */
const WRITTEN_AT_ONCE = 50;

/** Makes and changes user profiles. Whoever makes or changes one may see the whole of it. */
@Injectable()
export class UsersService {
  constructor(
    @InjectModel(User) private readonly users: typeof User,
    private readonly database: Database,
    private readonly names: NameIndex,
    private readonly news: ProfileNews,
    private readonly identity: Identity,
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
    const rows = await this.database.transaction(async (tx) => {
      await insertMissingExternal(
        tx,
        users.map(({ externalId }) => externalId),
      );
      const written: Awaited<ReturnType<typeof updateByExternalId>> = [];
      for (let from = 0; from < users.length; from += WRITTEN_AT_ONCE) {
        written.push(...(await updateByExternalId(tx, users.slice(from, from + WRITTEN_AT_ONCE))));
      }
      return written;
    });
    const changed = rows.filter((row) => row.changed);
    await this.names.write(changed.map(({ user }) => user.id));
    await this.news.tell(changed, actor.origin);
    return rows.map(({ user }) => user);
  }

  /**
   * `metadata.app` is the application's: it stays as it is when users replace their metadata.
   *
   * @throws AppError NOT_FOUND
   * @throws AppError FORBIDDEN when a user changes another one, or `metadata.app`.
   */
  async update(actor: Actor, { id, ...changes }: CommandInput<'updateUser'>): Promise<UserView> {
    if (actor.userId !== null && actor.userId !== id) throw new AppError('FORBIDDEN');
    const { before, after } = await this.database.transaction(async ({ sequelize: transaction }) => {
      // Locked, so that nothing that the application writes meanwhile is lost.
      const user = await this.users.findByPk(id, { transaction, lock: transaction.LOCK.NO_KEY_UPDATE });
      // With tokens nobody is them any more, though another node may not know it for a second.
      if (!user || (user.erasedAt !== null && !this.identity.open)) throw new AppError('NOT_FOUND');
      requireOwnMetadata(actor, changes.metadata, user.metadata);
      if (changes.metadata && actor.userId !== null && user.metadata.app !== undefined) {
        changes.metadata = { ...changes.metadata, app: user.metadata.app };
      }
      const before = toUserView(user);
      return { before, after: toUserView(await user.update(changes, { transaction })) };
    });
    if (changes.name !== undefined) await this.names.write([id]);
    const changed = isDeepStrictEqual(before, after)
      ? []
      : [{ user: after, publicly: !alike(before, after) }];
    await this.news.tell(changed, actor.origin);
    return after;
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

/** Whether others see no difference. */
const alike = (before: UserView, after: UserView) =>
  isDeepStrictEqual(toPublicView(before), toPublicView(after));
