import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { recordLastSeen } from './presence.queries.js';

/** Most people written by one statement. */
const MOST = 1_000;

/** When people were last seen: written together, one statement at a time. What failed is written with the next. */
@Injectable()
export class LastSeen {
  private readonly unsaved = new Map<number, Date>();
  private saving: Promise<void> | null = null;

  constructor(private readonly database: Database) {}

  /** To be stored; `saved` does it. */
  note(userId: number, at: Date): void {
    this.unsaved.set(userId, at);
  }

  /** Resolves when what was noted of this person is stored. */
  async saved(userId: number): Promise<void> {
    while (this.unsaved.has(userId)) await this.next();
  }

  /** Resolves when all that was noted is stored. */
  async allSaved(): Promise<void> {
    while (this.unsaved.size > 0) await this.next();
  }

  private next(): Promise<void> {
    return (this.saving ??= this.save().finally(() => (this.saving = null)));
  }

  private async save(): Promise<void> {
    const batch = [...this.unsaved].slice(0, MOST);
    await recordLastSeen(this.database, batch);
    for (const [userId, at] of batch) if (this.unsaved.get(userId) === at) this.unsaved.delete(userId);
  }
}
