import { Inject, Injectable } from '@nestjs/common';
import { KnownUsers } from '../users/directory/known-users.js';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { Pacer } from '../common/flow/pacer.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { ANSWER_WITHIN_MS, ARRIVALS_EVERY_MS } from '../common/time-bounds.js';
import { companionsOf, type PresenceRow, visibleTo } from './presence.queries.js';

/** Most chat partners of one user that are looked at. */
const MAX_COMPANIONS = 10_000;

interface Question {
  /** null: an actor without a user, who may see everybody. */
  viewerId: number | null;
  userIds: readonly number[];
}

const queue = { maxWaiting: 20_000, patienceMs: ANSWER_WITHIN_MS };

/**
 * The database reads of presence. Each kind of read has one statement under way at a time, and requests that arrive
 * meanwhile join the next: a reconnect storm takes a few pool connections briefly, not all of them for long.
 */
@Injectable()
export class PresenceReads {
  private readonly arrivals = new Batcher<number, PresenceRow>({
    write: (userIds) => this.readArrivals(userIds),
    batch: { some: 256, most: 1_024 },
    ...queue,
  });
  private readonly pacer = new Pacer({ everyMs: ARRIVALS_EVERY_MS, most: 1 });
  private readonly questions = new Batcher<Question, PresenceRow[]>({
    write: (questions) => this.readVisible(questions),
    batch: { some: 8, most: 8 },
    ...queue,
  });
  private readonly companions = new Batcher<number, number[]>({
    write: (userIds) => this.readCompanions(userIds),
    batch: { some: 4, most: 4 },
    ...queue,
  });

  /** Whether a direct chat shows a user only from their first word in it on. In open mode anybody can be anybody. */
  readonly afterFirstWord: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly database: Database,
    private readonly users: KnownUsers,
  ) {
    this.afterFirstWord = config.auth.mode === 'jwt';
  }

  /** The row of a user who comes online; the user is created if missing. */
  arrival(userId: number): Promise<PresenceRow> {
    return this.arrivals.submit(userId);
  }

  /** The users among `userIds` whose presence the viewer may see. */
  visibleTo(viewerId: number | null, userIds: readonly number[]): Promise<PresenceRow[]> {
    return userIds.length === 0 ? Promise.resolve([]) : this.questions.submit({ viewerId, userIds });
  }

  /** Users who share a chat with this user, and whom this user may see; at most 10,000. */
  companionsOf(userId: number): Promise<number[]> {
    return this.companions.submit(userId);
  }

  private async readArrivals(userIds: readonly number[]): Promise<Outcome<PresenceRow>[]> {
    await this.pacer.wait();
    const people = [...new Set(userIds)];
    await this.users.ensure(people);
    const questions = people.map((userId) => ({ nr: 0, viewerId: userId, userId }));
    const { afterFirstWord } = this;
    const rows: PresenceRow[] = await visibleTo(this.database, { questions, afterFirstWord });
    const byId = new Map(rows.map((row) => [row.userId, row]));
    return userIds.map((userId) => ({
      ok: true,
      result: byId.get(userId) ?? { userId, lastSeenAt: null, invisible: false },
    }));
  }

  private async readVisible(questions: readonly Question[]): Promise<Outcome<PresenceRow[]>[]> {
    const rows = await visibleTo(this.database, {
      questions: questions.flatMap(({ viewerId, userIds }, nr) =>
        userIds.map((userId) => ({ nr, viewerId, userId })),
      ),
      afterFirstWord: this.afterFirstWord,
    });
    const answers = questions.map((): PresenceRow[] => []);
    for (const row of rows) answers[row.nr]?.push(row);
    return answers.map((result) => ({ ok: true, result }));
  }

  private async readCompanions(userIds: readonly number[]): Promise<Outcome<number[]>[]> {
    const rows = await companionsOf(this.database, {
      userIds: [...new Set(userIds)],
      most: MAX_COMPANIONS,
      afterFirstWord: this.afterFirstWord,
    });
    const byId = new Map(rows.map(({ userId, companions }) => [userId, companions]));
    return userIds.map((userId) => ({ ok: true, result: byId.get(userId) ?? [] }));
  }
}
