import { Injectable } from '@nestjs/common';
import { AppError } from '../../contract/index.js';
import { isUniqueViolation } from '../../common/errors/failure.js';
import { Database } from '../../database/database.js';
import { userOfSubject } from './directory.queries.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';

/** Subjects remembered with their user. */
const REMEMBERED = 100_000;

/** Looks at a user that others are making at the same moment; one more suffices. */
const ATTEMPTS = 5;

/** The users that somebody else's ids stand for. */
@Injectable()
export class Subjects {
  private readonly known = new BoundedMap<string, number>(REMEMBERED);

  constructor(private readonly database: Database) {}

  /** The user with that externalId, made on first sight: one, however many ask at once. */
  async userOf(externalId: string, name: string | null = null): Promise<number> {
    const known = this.known.get(externalId);
    if (known !== undefined) return known;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const userId = await this.look(externalId, name);
      if (userId === undefined) continue;
      this.known.set(externalId, userId);
      return userId;
    }
    throw new AppError('UNAVAILABLE');
  }

  private async look(externalId: string, name: string | null): Promise<number | undefined> {
    try {
      return await userOfSubject(this.database, { externalId, name });
    } catch (error) {
      // The id was taken at this moment, by open mode on another node.
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }
}
