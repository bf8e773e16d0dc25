import { Injectable } from '@nestjs/common';
import { AppError } from '../../contract/index.js';
import { isUniqueViolation } from '../../common/errors/failure.js';
import { Database } from '../../database/database.js';
import { userOfSubject } from './directory.queries.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';

/** Subjects remembered with their user. */
const REMEMBERED = 100_000;

/** Attempts to find a user that other sessions create at the same time. As a rule the second one succeeds. */
const ATTEMPTS = 5;

/** Maps external ids (the subjects of foreign tokens) to users. */
@Injectable()
export class Subjects {
  private readonly known = new BoundedMap<string, number>(REMEMBERED);

  constructor(private readonly database: Database) {}

  /** The user with that externalId, created at first use. Concurrent calls get the same user. */
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
      // The id was just taken by open mode on another node.
      if (isUniqueViolation(error)) return undefined;
      throw error;
    }
  }
}
