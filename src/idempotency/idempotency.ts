import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../auth/actor.js';
import { AppError, type CommandName, definitionOf } from '../contract/index.js';
import { tooSlow } from '../database/failure.js';
import { Sql } from '../database/sql.js';
import { claimKey, dropKey, findKey, keepAnswer, takeOverKey } from './idempotency.queries.js';

/** Milliseconds between looks at a key whose first command is still under way. */
const LOOK_EVERY_MS = 50;

/** Milliseconds after which a claim without an answer is taken over: its node is gone, or it was answered for. */
const CLAIM_MS = 6_000;

/** Milliseconds that a repeated command waits for the first one. */
const WAIT_MS = 4_000;

interface Known {
  command: string;
  bodyHash: string;
  answer: unknown;
}

/**
 * Commands that carry a key (`clientId`, or Idempotency-Key over REST): the same key with the same body gives
 * the same answer, at the same time or years later; with another body IDEMPOTENCY_MISMATCH. A key is its
 * person's. A command that failed may be sent again with its key.
 *
 * Sends keep their keys with the messages, and reads need none. If the process dies between the effect and the
 * keeping of the answer, the command is run again: every command but a send is such that its effect stays one.
 */
@Injectable()
export class Idempotency {
  constructor(private readonly sql: Sql) {}

  /** @throws AppError IDEMPOTENCY_MISMATCH; UNAVAILABLE when the first command takes too long; what `work` throws. */
  async run<T>(command: CommandName, actor: Actor, input: unknown, work: () => T | Promise<T>): Promise<T> {
    const key = keyOf(command, input);
    if (key === null) return work();
    const owner = actor.userId ?? 0;
    const bodyHash = hashOf(input);
    const until = performance.now() + WAIT_MS;
    while (performance.now() < until) {
      const claimed = await this.sql.rows(claimKey, [owner, key, command, bodyHash]);
      if (claimed.length > 0) return this.perform(owner, key, work);
      const [known] = await this.sql.rows<Known>(findKey, [owner, key]);
      // Its first command has just failed: the key is free again.
      if (!known) continue;
      if (known.command !== command || known.bodyHash !== bodyHash)
        throw new AppError('IDEMPOTENCY_MISMATCH');
      if (known.answer !== null) return known.answer as T;
      const takenOver = await this.sql.rows(takeOverKey, [owner, key, CLAIM_MS]);
      if (takenOver.length > 0) return this.perform(owner, key, work);
      await pause(LOOK_EVERY_MS);
    }
    throw tooSlow();
  }

  private async perform<T>(owner: number, key: string, work: () => T | Promise<T>): Promise<T> {
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      await this.sql.rows(dropKey, [owner, key]).catch(() => undefined);
      throw error;
    }
    await this.sql.rows(keepAnswer, [owner, key, JSON.stringify(answer ?? null)]);
    return answer;
  }
}

/** The key of a command that changes something; null when it carries none, or keeps it itself. */
function keyOf(command: CommandName, input: unknown): string | null {
  if (definitionOf(command).order !== 'write') return null;
  const { clientId } = input as { clientId?: string };
  return clientId ?? null;
}

/** Of the validated input, the order of keys left aside. */
function hashOf(input: unknown): string {
  const sorted = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, child]) => [key, sorted(child)])
      : Array.isArray(value)
        ? value.map(sorted)
        : value;
  return createHash('sha256')
    .update(JSON.stringify(sorted(input)))
    .digest('base64url');
}
