import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { isUnavailable } from '../common/errors/failure.js';
import { Database } from '../database/database.js';
import { wordsOf } from './name-words.js';
import { namesOf, namesToIndex, type UserName, writeWords } from './search.queries.js';

/** Names whose words one statement writes. */
const AT_ONCE = 500;

/** Milliseconds after which names are noticed that something else has written: SQL of yours, a node of another version. */
const LOOK_EVERY_MS = 5_000;

/**
 * Keeps the words of names, by which people are found. Whoever writes names here calls `write` afterwards. A name that was
 * written in any other way is found by looking for it, which costs one lookup in an empty index.
 */
@Injectable()
export class NameIndex implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(NameIndex.name);
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | null = null;
  private stopping = false;

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.look();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.looking;
  }

  /** When it resolves, these users are found by the names that they have. Never fails: the next look tries again. */
  async write(userIds: readonly number[]): Promise<void> {
    await this.attempt(async () => this.writeWords(await namesOf(this.database, userIds)));
  }

  private look(): void {
    this.looking ??= this.attempt(() => this.writeOthers()).finally(() => (this.looking = null));
  }

  private async writeOthers(): Promise<void> {
    while (!this.stopping) {
      const people = await namesToIndex(this.database, AT_ONCE);
      await this.writeWords(people);
      if (people.length < AT_ONCE) return;
    }
  }

  private async writeWords(people: readonly UserName[]): Promise<void> {
    if (people.length === 0) return;
    const named = people.map((one) => ({ ...one, words: one.name === null ? [] : wordsOf(one.name) }));
    await writeWords(this.database, named);
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isUnavailable(error)) this.logger.warn(`Some names can not be searched for yet: ${String(error)}`);
    }
  }
}
