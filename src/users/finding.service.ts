import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { Directory } from '../config/environment.js';
import { AppError, type CommandInput, type UserView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { UserRow } from '../database/models/user.model.js';
import { PresenceService } from '../presence/presence.service.js';
import { contactsAfter, foundByIds, usersAfter } from './finding.queries.js';
import { wordsOf } from './name-words.js';
import { foundAmongContacts, foundByName } from './search.queries.js';
import { toPublicView } from './user.view.js';

/**
 * Whom somebody finds, and what they see of them (docs/adr/0022). Whom a person does not find looks like somebody who
 * does not exist, and costs the same statements.
 */
@Injectable()
export class FindingService {
  private readonly directory: Directory;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly database: Database,
    private readonly presence: PresenceService,
  ) {
    this.directory = config.directory;
  }

  /** @throws AppError NOT_FOUND */
  async get(actor: Actor, id: number): Promise<UserView> {
    const [view] = await this.byIds(actor, [id]);
    if (!view) throw new AppError('NOT_FOUND');
    return view;
  }

  /** Those of the ids whom the actor finds, in their order; or a page of all whom they find, by id. */
  async list(actor: Actor, { ids, after = 0, limit }: CommandInput<'getUsers'>): Promise<UserView[]> {
    if (ids !== undefined) return this.byIds(actor, ids);
    return this.shownTo(actor, await this.page(actor, after, limit));
  }

  /** Users of whose name each word begins a word, sorted by it. */
  async search(actor: Actor, { q, limit: most }: CommandInput<'searchUsers'>): Promise<UserView[]> {
    const words = wordsOf(q);
    return words.length === 0 ? [] : this.shownTo(actor, await this.named(actor, words, most));
  }

  private async named(
    { userId: readerId }: Actor,
    words: readonly string[],
    most: number,
  ): Promise<UserRow[]> {
    const { database, directory } = this;
    if (readerId === null || directory === 'all') return foundByName(database, { words, most });
    if (directory === 'contacts') return foundAmongContacts(database, { readerId, words, most });
    const rows = await foundByIds(database, { readerId, directory, ids: [readerId] });
    return rows.filter(({ name }) => {
      const own = wordsOf(name ?? '');
      return words.every((word) => own.some((one) => one.startsWith(word)));
    });
  }

  private async byIds(actor: Actor, ids: readonly number[]): Promise<UserView[]> {
    const { userId: readerId } = actor;
    const asked = { readerId, directory: this.directory, ids: [...new Set(ids)] };
    return this.shownTo(actor, await foundByIds(this.database, asked));
  }

  private async page({ userId: readerId }: Actor, after: number, most: number): Promise<UserRow[]> {
    const { database, directory } = this;
    if (readerId === null || directory === 'all') return usersAfter(database, { after, most });
    if (directory === 'contacts') return contactsAfter(database, { readerId, after, most });
    return readerId > after ? foundByIds(database, { readerId, directory, ids: [readerId] }) : [];
  }

  /** Of others a person sees what is public, and `lastSeenAt` if they may see their presence. */
  private async shownTo(reader: Actor, rows: readonly UserRow[]): Promise<UserView[]> {
    const { userId, ...actor } = reader;
    if (userId === null) return [...rows];
    const seen = rows
      .filter(({ id, lastSeenAt }) => lastSeenAt !== null && id !== userId)
      .map(({ id }) => id);
    const visible = await this.presence.visibleAmong({ ...actor, userId }, seen);
    return rows.map((row) => {
      if (row.id === userId) return row;
      const view = toPublicView(row, reader);
      return visible.has(row.id) ? view : { ...view, lastSeenAt: null };
    });
  }
}
