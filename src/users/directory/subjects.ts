import { Injectable } from '@nestjs/common';
import { AppError } from '../../contract/index.js';
import { isUniqueViolation, tooSlow } from '../../common/errors/failure.js';
import { Database } from '../../database/database.js';
import { ERASED, userOfSubject } from './directory.queries.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';

/** Subjects remembered with their user. */
const REMEMBERED = 100_000;

/** Attempts to find a user that other sessions create at the same time. As a rule the second one succeeds. */
const ATTEMPTS = 5;

/** Maps external ids (the subjects of foreign tokens) to users. */
@Injectable()
export class Subjects {
  private readonly known = new BoundedMap<string, number>(REMEMBERED);
  private readonly listeners: ((userId: number) => void)[] = [];
  /** Rises whenever somebody is forgotten. An answer to a question from before is not remembered. */
  private generation = 0;

  constructor(private readonly database: Database) {}

  /**
   * The user with that externalId, created at first use. Concurrent calls get the same user. `issuedAt`: when the token
   * was issued that names the subject, in milliseconds since 1970; null: it does not say; left out: it is no token.
   *
   * @throws AppError TOKEN_INVALID for a token from before the subject was erased.
   */
  async userOf(
    externalId: string,
    name: string | null = null,
    issuedAt: number | null = Infinity,
  ): Promise<number> {
    const known = this.known.get(externalId);
    if (known !== undefined) return known;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { generation } = this;
      const userId = await this.look(externalId, name, issuedAt);
      if (userId === undefined) continue;
      if (userId === ERASED) throw new AppError('TOKEN_INVALID');
      if (generation === this.generation) this.known.set(externalId, userId);
      return userId;
    }
    throw tooSlow();
  }

  /** The user's subject is looked up anew: they were erased. */
  forget(userId: number): void {
    this.generation++;
    for (const [externalId, known] of this.known) if (known === userId) this.known.delete(externalId);
    for (const listener of this.listeners) listener(userId);
  }

  /** For those who remember external ids as well. Call it in a constructor. */
  onForgotten(listener: (userId: number) => void): void {
    this.listeners.push(listener);
  }

  private async look(
    externalId: string,
    name: string | null,
    issuedAt: number | null,
  ): Promise<number | undefined> {
    try {
      const moment = issuedAt === Infinity ? 'infinity' : issuedAt && new Date(issuedAt).toISOString();
      return await userOfSubject(this.database, { externalId, name, issuedAt: moment || null });
    } catch (error) {
      // The id was just taken by open mode on another node.
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }
}
