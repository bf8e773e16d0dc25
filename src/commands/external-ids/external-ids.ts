import { Inject, Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { type Externals, MAX_INTEGER, type Named } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { Subjects } from '../../users/directory/subjects.js';
import { chatsNamed, usersNamed } from './external-ids.queries.js';

/** Pairs of an externalId and an id that are remembered. */
const REMEMBERED = 100_000;

/** Milliseconds for which they are: a chat may be deleted, and its externalId be given to another one. */
const REMEMBERED_MS = 60_000;

/**
 * Stands for an externalId that nobody has, or that is of somebody whom the reader does not find: no user and no chat has
 * this id, so every command answers as it does for an id that does not exist.
 */
export const NOBODY = MAX_INTEGER;

/** Who asks, of whom they may learn that they are there. */
export interface Reader {
  /** A person with a token; null: the application, or somebody in open mode. */
  userId: number | null;
}

interface Found {
  of: Named;
  id: number;
}

interface Remembered extends Found {
  until: number;
}

/** The ids that stand behind externalIds. */
export type Ids = (externalId: string, of: Named) => number;

/**
 * Finds the users and chats that an application names by its own ids. What was found is remembered for a minute, for
 * each reader apart: what somebody else has found tells nobody anything, not even by the time it takes. What was not
 * found, and what the reader may not know of, costs one statement each time.
 */
@Injectable()
export class ExternalIds {
  private readonly open: boolean;
  private readonly remembered = new BoundedMap<string, Remembered>(REMEMBERED);
  /** Rises whenever a user is forgotten. An answer to a question from before is not remembered. */
  private generation = 0;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly subjects: Subjects,
  ) {
    this.open = config.auth.mode === 'open';
    subjects.onForgotten((userId) => this.forgetUser(userId));
  }

  /** The ids from memory; null: one of them has to be looked up. */
  known(named: Externals, reader: Reader): Ids | null {
    const { ids, missing } = this.fromMemory(named, reader);
    return missing.user.length + missing.chat.length === 0 ? idsIn(ids) : null;
  }

  /**
   * The ids, of which those of a user or chat that is not there, or that the reader may not know of, are nobody's. In open
   * mode users among `created` who are not there are created, as they are when an id is first used.
   */
  async lookUp(named: Externals, reader: Reader, created: ReadonlySet<string>): Promise<Ids> {
    const { ids, missing } = this.fromMemory(named, reader);
    const { database, config, generation } = this;
    const asked = { readerId: reader.userId, directory: config.directory };
    const [users, chats] = await Promise.all([
      missing.user.length === 0 ? [] : usersNamed(database, { ...asked, externalIds: missing.user }),
      missing.chat.length === 0 ? [] : chatsNamed(database, { ...asked, externalIds: missing.chat }),
    ]);
    const found = new Map<string, Found>();
    for (const { externalId, id } of users) found.set(keyOf('user', externalId), { of: 'user', id });
    for (const { externalId, id } of chats) found.set(keyOf('chat', externalId), { of: 'chat', id });
    for (const externalId of missing.user) {
      const key = keyOf('user', externalId);
      if (this.open && created.has(externalId) && !found.has(key))
        found.set(key, { of: 'user', id: await this.subjects.userOf(externalId) });
    }
    const until = performance.now() + REMEMBERED_MS;
    for (const [key, one] of found) {
      ids.set(key, one.id);
      if (generation !== this.generation) continue;
      // At the end of the line.
      this.remembered.delete(forReader(reader, key));
      this.remembered.set(forReader(reader, key), { ...one, until });
    }
    return idsIn(ids);
  }

  /** Forgets what was remembered of them: a command has not found what it named. */
  forget(named: Externals, reader: Reader): void {
    for (const key of keysOf(named)) this.remembered.delete(forReader(reader, key));
  }

  /** They were erased: their externalId may be another person's. */
  private forgetUser(userId: number): void {
    this.generation++;
    for (const [key, { of, id }] of this.remembered)
      if (of === 'user' && id === userId) this.remembered.delete(key);
  }

  private fromMemory(
    named: Externals,
    reader: Reader,
  ): { ids: Map<string, number>; missing: Record<Named, string[]> } {
    const now = performance.now();
    const ids = new Map<string, number>();
    const missing: Record<Named, string[]> = { user: [], chat: [] };
    for (const kind of ['user', 'chat'] as const) {
      for (const externalId of named[kind]) {
        const key = keyOf(kind, externalId);
        const one = this.remembered.get(forReader(reader, key));
        if (one !== undefined && one.until > now) ids.set(key, one.id);
        else missing[kind].push(externalId);
      }
    }
    return { ids, missing };
  }
}

const keyOf = (of: Named, externalId: string) => `${of} ${externalId}`;

const keysOf = (named: Externals) => [
  ...[...named.user].map((one) => keyOf('user', one)),
  ...[...named.chat].map((one) => keyOf('chat', one)),
];

const forReader = ({ userId }: Reader, key: string) => `${userId ?? ''} ${key}`;

const idsIn =
  (ids: ReadonlyMap<string, number>): Ids =>
  (externalId, of) =>
    ids.get(keyOf(of, externalId)) ?? NOBODY;
