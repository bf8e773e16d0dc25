import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import type { Actor } from '../identity/actor.js';
import { AppError, type CommandName, definitionOf } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { claimKey, dropKey, findKey, freeKey, keepAnswer, takeOverKey } from './idempotency.queries.js';
import { KeyBudget } from './key-budget.js';
import { Repeats } from './repeats.js';

/** Milliseconds between two checks of a key whose first command still runs. */
const LOOK_EVERY_MS = 50;

/** Milliseconds after which a claim without an answer is taken over: its node ended, or it was answered UNAVAILABLE. */
const CLAIM_MS = 6_000;

/** Maximum milliseconds that a repeated command waits for the first one on another node; its socket waits too. */
const WAIT_MS = 1_000;

/** Milliseconds after which it may be sent again. */
const RETRY_AFTER_MS = 1_000;

/** Maximum number of remembered claims of ours without an answer. */
const MAX_ABANDONED = 10_000;

interface Claim {
  /** The user; 0 is the application. */
  owner: number;
  key: string;
  command: CommandName;
  bodyHash: string;
}

/**
 * Commands that carry a key (`clientId`, or Idempotency-Key over REST): a command with the same key and the same body
 * is executed once, and a repeat is answered with the current state of what the first one made or changed. With another
 * body the answer is IDEMPOTENCY_MISMATCH. Each user has their own keys. A command that failed may be sent again with
 * its key.
 *
 * A key is kept for IDEMPOTENCY_KEEP_SECONDS, or until its chat is deleted. It stores no text that people wrote, only
 * the ids with which the answer is read again (`Repeats`). Each user has at most IDEMPOTENCY_KEYS_PER_USER of them; the
 * application any number.
 *
 * Sends keep their keys with the messages, and reads need none. When the process dies or the database fails after the
 * effect and before the answer is kept, it is unknown whether there was an effect: the claim stays, with its body, and
 * a repeat runs the command again. So running a command twice must have the effect of running it once:
 *
 * - A command that creates something (createGroup, createUser, sendSystemMessage) keeps the key with it, in the same
 *   commit, and finds it by the key.
 * - Any other command says how something should be: set to a value, existing once (a direct chat, a block, a reaction,
 *   a member, a report), or removed. If it is so already, nothing happens; a command that does not find what it should
 *   remove is answered NOT_FOUND.
 */
@Injectable()
export class Idempotency {
  /** Commands under way here: a repeat gets their answer. */
  private readonly running = new Map<string, { claim: Claim; answer: Promise<unknown> }>();
  /** Claims of this process without an answer, in case the database fails meanwhile. */
  private readonly abandoned = new Set<string>();

  private readonly budget: KeyBudget;

  constructor(
    private readonly database: Database,
    private readonly repeats: Repeats,
    @Inject(APP_CONFIG) { idempotency }: AppConfig,
  ) {
    this.budget = new KeyBudget(database, idempotency);
  }

  /**
   * `input` has ids; `asked` is the same as it came, with externalIds: only that is compared.
   *
   * @throws AppError IDEMPOTENCY_MISMATCH; UNAVAILABLE when the first command takes too long; RATE_LIMITED for a new key
   * when the user has too many; NOT_FOUND for a repeat when the answer is gone; what `work` throws.
   */
  async run<T>(
    command: CommandName,
    actor: Actor,
    { input, asked }: { input: unknown; asked: unknown },
    work: () => T | Promise<T>,
  ): Promise<T> {
    const key = keyOf(command, input);
    if (key === null) return work();
    const claim: Claim = { owner: actor.userId ?? 0, key, command, bodyHash: hashOf(asked) };
    const id = `${claim.owner} ${key}`;
    const running = this.running.get(id);
    if (running) {
      requireSame(claim, running.claim);
      return running.answer as Promise<T>;
    }
    const answer = this.claimAndRun(claim, id, { actor, input }, work);
    this.running.set(id, { claim, answer });
    try {
      return await answer;
    } finally {
      this.running.delete(id);
    }
  }

  private async claimAndRun<T>(
    claim: Claim,
    id: string,
    { actor, input }: { actor: Actor; input: unknown },
    work: () => T | Promise<T>,
  ): Promise<T> {
    const until = performance.now() + WAIT_MS;
    do {
      const refusal = await this.claim(claim);
      if (refusal === 'claimed') return this.perform(claim, id, work);
      const known = await findKey(this.database, claim);
      if (!known) {
        if (refusal) throw refusal;
        // Its first command has just failed: the key is free again.
        continue;
      }
      requireSame(claim, known);
      if (known.kept !== null)
        return (await this.repeats.again(claim.command, actor, known.kept, input)) as T;
      // A claim of ours whose command has ended, or a claim of a dead node.
      const idleMs = this.abandoned.has(id) ? 0 : CLAIM_MS;
      if ((await takeOverKey(this.database, { ...claim, idleMs })) > 0) return this.perform(claim, id, work);
      await pause(LOOK_EVERY_MS);
    } while (performance.now() < until);
    throw new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS });
  }

  /** @returns `claimed`; null: the key is known; the error for a user who may not add one. */
  private async claim(claim: Claim): Promise<'claimed' | AppError | null> {
    // The application is the operator's own backend.
    if (claim.owner === 0) return (await claimKey(this.database, claim)) > 0 ? 'claimed' : null;
    const refusal = await this.budget.take(claim.owner);
    if (refusal) return refusal;
    if ((await claimKey(this.database, claim)) > 0) return 'claimed';
    this.budget.giveBack(claim.owner);
    return null;
  }

  private async perform<T>(claim: Claim, id: string, work: () => T | Promise<T>): Promise<T> {
    this.abandon(id);
    let answer: T;
    try {
      answer = await work();
    } catch (error) {
      await this.release(claim, isRefusal(error)).then(
        () => this.abandoned.delete(id),
        () => undefined,
      );
      throw error;
    }
    const kept = this.repeats.keep(claim.command, answer);
    await keepAnswer(this.database, { ...claim, kept, chatId: chatOf(claim.command, answer) });
    this.abandoned.delete(id);
    return answer;
  }

  /** After a refusal the key is free for anything; otherwise the same command may take it over, on any node. */
  private async release(claim: Claim, isRefused: boolean): Promise<void> {
    if (!isRefused) await freeKey(this.database, { ...claim, idleMs: CLAIM_MS });
    else if ((await dropKey(this.database, claim)) > 0) this.budget.giveBack(claim.owner);
  }

  private abandon(id: string): void {
    if (this.abandoned.size >= MAX_ABANDONED) {
      const [oldest] = this.abandoned;
      if (oldest !== undefined) this.abandoned.delete(oldest);
    }
    this.abandoned.add(id);
  }
}

/** @throws AppError IDEMPOTENCY_MISMATCH when the key was used for something else. */
function requireSame(claim: Claim, known: Pick<Claim, 'command' | 'bodyHash'>): void {
  if (known.command !== claim.command || known.bodyHash !== claim.bodyHash) {
    throw new AppError('IDEMPOTENCY_MISMATCH');
  }
}

/**
 * Whether a command has certainly failed without an effect. Otherwise its commit may exist, although it was not
 * confirmed.
 */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && error.code !== 'UNAVAILABLE' && error.code !== 'INTERNAL';
}

/** The key of a command that changes something; null when it carries none, or keeps it itself. */
function keyOf(command: CommandName, input: unknown): string | null {
  if (definitionOf(command).order !== 'write') return null;
  const { clientId } = input as { clientId?: string };
  return clientId ?? null;
}

/**
 * The chat that an answer is about. The key of `deleteChat` is kept longer than the chat, so that a repeat gets its
 * answer.
 */
function chatOf(command: CommandName, answer: unknown): number | null {
  if (command === 'deleteChat' || typeof answer !== 'object' || answer === null) return null;
  const { chatId } = answer as { chatId?: unknown };
  return typeof chatId === 'number' ? chatId : null;
}

/** Hash of the validated input, independent of the order of keys. */
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
