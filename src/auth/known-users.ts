import { Injectable } from '@nestjs/common';
import { Sql, type Statement } from '../database/sql.js';

/** Ids remembered as existing; the oldest are forgotten first. Users are never deleted. */
const REMEMBERED = 100_000;

const insertMissing: Statement = {
  name: 'users.insertMissing',
  text: `
    INSERT INTO users (id)
    SELECT DISTINCT i.id FROM unnest($1::bigint[]) AS i(id)
    WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = i.id)
    ORDER BY i.id
    ON CONFLICT (id) DO NOTHING`,
};

/** Open mode: makes the user row when an id is first used. */
@Injectable()
export class KnownUsers {
  private readonly known = new Set<number>();

  constructor(private readonly sql: Sql) {}

  /** Those of the ids that this process has not seen yet. */
  unseen(ids: Iterable<number>): number[] {
    const unseen: number[] = [];
    for (const id of ids) if (!this.known.has(id)) unseen.push(id);
    return unseen;
  }

  /** After it resolves there is a row for each of the ids. Nothing is asked for ids seen before. */
  async ensure(ids: Iterable<number>): Promise<void> {
    const unseen = this.unseen(ids);
    if (unseen.length === 0) return;
    await this.sql.rows(insertMissing, [unseen]);
    for (const id of unseen) this.remember(id);
  }

  private remember(id: number): void {
    if (this.known.size >= REMEMBERED) {
      const [oldest] = this.known;
      if (oldest !== undefined) this.known.delete(oldest);
    }
    this.known.add(id);
  }
}
