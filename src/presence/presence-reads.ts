import { Inject, Injectable } from '@nestjs/common';
import { KnownUsers } from '../users/directory/known-users.js';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { FairBatcher } from '../common/flow/fair-batcher.js';
import { Pacer } from '../common/flow/pacer.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Database } from '../database/database.js';
import { ANSWER_WITHIN_MS, ARRIVALS_EVERY_MS } from '../common/time-bounds.js';
import { companionsOf, type PresenceRow, visibleTo } from './presence.queries.js';

/** Maximum number of chat partners of one user that are checked. */
const MAX_COMPANIONS = 10_000;

interface Question {
  /** null: an actor without a user, who may see everybody. */
  viewerId: number | null;
  userIds: readonly number[];
}

/** Most users of one question: who asks for more asks several, and each waits for its turn. */
const ASKED_AT_ONCE = 50;

/** Most questions of one viewer that wait: of forty devices that watch 500 users each. */
const MOST_OF_ONE = 400;

const queue = { mostOfOne: MOST_OF_ONE, mostOfAll: 20_000, patienceMs: ANSWER_WITHIN_MS };

/**
 * The database reads of presence. Each kind of read has one statement under way at a time, and requests that arrive
 * meanwhile join the next: a reconnect storm takes a few pool connections briefly, not all of them for long. The
 * statements are shared among the viewers in turn, so that a viewer who asks for much waits only for their own
 * questions.
 */
@Injectable()
export class PresenceReads {
  private readonly arrivals = new Batcher<number, PresenceRow>({
    write: (userIds) => this.readArrivals(userIds),
    batch: { some: 256, most: 1_024 },
    maxWaiting: 20_000,
    patienceMs: ANSWER_WITHIN_MS,
  });
  private readonly pacer = new Pacer({ everyMs: ARRIVALS_EVERY_MS, most: 1 });
  private readonly questions = new FairBatcher<number | null, Question, PresenceRow[]>({
    read: (questions) => this.readVisible(questions),
    most: 8,
    ...queue,
  });
  private readonly companions = new FairBatcher<number, number, number[]>({
    read: (userIds) => this.readCompanions(userIds),
    most: 2,
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
  async visibleTo(viewerId: number | null, userIds: readonly number[]): Promise<PresenceRow[]> {
    const questions: Question[] = [];
    for (let from = 0; from < userIds.length; from += ASKED_AT_ONCE) {
      questions.push({ viewerId, userIds: userIds.slice(from, from + ASKED_AT_ONCE) });
    }
    return (await this.questions.submit(viewerId, questions)).flat();
  }

  /** Users who share a chat with this user, and whom this user may see; at most 10,000. */
  async companionsOf(userId: number): Promise<number[]> {
    const [companions = []] = await this.companions.submit(userId, [userId]);
    return companions;
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

  private async readVisible(questions: readonly Question[]): Promise<PresenceRow[][]> {
    const rows = await visibleTo(this.database, {
      questions: questions.flatMap(({ viewerId, userIds }, nr) =>
        userIds.map((userId) => ({ nr, viewerId, userId })),
      ),
      afterFirstWord: this.afterFirstWord,
    });
    const answers = questions.map((): PresenceRow[] => []);
    for (const row of rows) answers[row.nr]?.push(row);
    return answers;
  }

  private async readCompanions(userIds: readonly number[]): Promise<number[][]> {
    const rows = await companionsOf(this.database, {
      userIds: [...new Set(userIds)],
      most: MAX_COMPANIONS,
      afterFirstWord: this.afterFirstWord,
    });
    const byId = new Map(rows.map(({ userId, companions }) => [userId, companions]));
    return userIds.map((userId) => byId.get(userId) ?? []);
  }
}
