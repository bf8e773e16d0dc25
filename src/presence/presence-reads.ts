import { Injectable } from '@nestjs/common';
import { KnownUsers } from '../auth/known-users.js';
import { bigints, ints } from '../database/binary-array.js';
import { GroupCommit, type Outcome } from '../database/group-commit.js';
import { Sql } from '../database/sql.js';
import { ANSWER_WITHIN_MS } from '../realtime/deadlines.js';
import { ARRIVALS_EVERY_MS, Pace } from '../realtime/pace.js';
import { companionsOf, peopleOf, type PresenceRow, visibleTo } from './presence.queries.js';

/** Most people whom one shares a chat with that are looked at. */
const MAX_COMPANIONS = 10_000;

interface Question {
  /** null: the application. */
  viewerId: number | null;
  userIds: readonly number[];
}

const queue = { maxWaiting: 20_000, patienceMs: ANSWER_WITHIN_MS };

/**
 * What presence reads. Each kind of question has one statement under way at a time, and what is asked meanwhile
 * goes into the next: a storm of reconnects takes a few connections for a moment, not all of them for long.
 */
@Injectable()
export class PresenceReads {
  private readonly arrivals = new GroupCommit<number, PresenceRow>({
    write: (userIds) => this.readArrivals(userIds),
    batch: { some: 256, most: 1_024 },
    ...queue,
  });
  private readonly pace = new Pace(ARRIVALS_EVERY_MS);
  private readonly questions = new GroupCommit<Question, PresenceRow[]>({
    write: (questions) => this.readVisible(questions),
    batch: { some: 8, most: 8 },
    ...queue,
  });
  private readonly companions = new GroupCommit<number, number[]>({
    write: (userIds) => this.readCompanions(userIds),
    batch: { some: 4, most: 4 },
    ...queue,
  });

  constructor(
    private readonly sql: Sql,
    private readonly users: KnownUsers,
  ) {}

  /** Somebody who comes online; made when there is no such person. */
  arrival(userId: number): Promise<PresenceRow> {
    return this.arrivals.submit(userId);
  }

  /** Those of the people whose presence the viewer may see. */
  visibleTo(viewerId: number | null, userIds: readonly number[]): Promise<PresenceRow[]> {
    return userIds.length === 0 ? Promise.resolve([]) : this.questions.submit({ viewerId, userIds });
  }

  /** People whom one shares a chat with and may see, at most 10,000. */
  companionsOf(userId: number): Promise<number[]> {
    return this.companions.submit(userId);
  }

  private async readArrivals(userIds: readonly number[]): Promise<Outcome<PresenceRow>[]> {
    await this.pace.wait();
    const people = [...new Set(userIds)];
    await this.users.ensure(people);
    const rows = await this.sql.rows<PresenceRow>(peopleOf, [bigints(people)]);
    const byId = new Map(rows.map((row) => [row.userId, row]));
    return userIds.map((userId) => ({
      ok: true,
      result: byId.get(userId) ?? { userId, lastSeenAt: null, invisible: false },
    }));
  }

  private async readVisible(questions: readonly Question[]): Promise<Outcome<PresenceRow[]>[]> {
    const asked = questions.flatMap(({ userIds }) => userIds);
    let last = 0;
    const lasts = questions.map(({ userIds }) => (last += userIds.length));
    const rows = await this.sql.rows<PresenceRow & { nr: number }>(visibleTo, [
      bigints(questions.map(({ viewerId }) => viewerId)),
      ints(questions.map(({ userIds }, i) => lasts[i]! - userIds.length + 1)),
      ints(lasts),
      bigints(asked),
    ]);
    const answers = questions.map((): PresenceRow[] => []);
    for (const { nr, ...row } of rows) answers[nr - 1]?.push(row);
    return answers.map((result) => ({ ok: true, result }));
  }

  private async readCompanions(userIds: readonly number[]): Promise<Outcome<number[]>[]> {
    const rows = await this.sql.rows<{ userId: number; companions: number[] }>(companionsOf, [
      bigints([...new Set(userIds)]),
      MAX_COMPANIONS,
    ]);
    const byId = new Map(rows.map(({ userId, companions }) => [userId, companions]));
    return userIds.map((userId) => ({ ok: true, result: byId.get(userId) ?? [] }));
  }
}
