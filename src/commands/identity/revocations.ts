import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../../common/bus.js';
import { Batcher, type Outcome } from '../../common/flow/batcher.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import { RepeatedLook } from '../../common/flow/repeated-look.js';
import { ANSWER_WITHIN_MS } from '../../common/time-bounds.js';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { AppError } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import { KnownUsers } from '../../users/directory/known-users.js';
import { Subjects } from '../../users/directory/subjects.js';
import type { UserPrincipal } from './principal.js';
import { boundsOfTokens, forgetEndedSessions, type Revocation, revokedSince } from './revocations.queries.js';

declare module '../../common/bus.js' {
  interface InnerEvents {
    /** This node has revoked tokens, or changed who is deactivated. The other nodes should read the database soon. */
    tokensRevoked: null;

    /** Another node has done that. */
    tokensRevokedElsewhere: null;
  }
}

/** Milliseconds between two reads of the database. */
const LOOK_EVERY_MS = 400;

/** Revocations are remembered for a day: as long as the longest access token of a session lives. */
const REMEMBERED_MS = 86_400_000;

/** Maximum number of users, and of sessions, whose revocations are remembered. */
const MAX_REMEMBERED = 100_000;

/** How far the clock of an issuer, or of another node, may be ahead. Milliseconds. */
const CLOCK_SKEW_MS = 60_000;

const FORGET_EVERY_MS = 600_000;
const FORGOTTEN_AT_ONCE = 10_000;

type Bounds = Pick<Revocation, 'generation' | 'notBefore' | 'at'>;

/**
 * Which access tokens were revoked, although they have not expired.
 *
 * - Every node reads the database a few times a second, and at once when another node reports a revocation. So within a
 *   second each node refuses what was revoked on any of them, also while Redis is away.
 * - A node remembers the revocations of the last day. Those were all that can concern a token issued since; an older
 *   token is looked up in the database. So memory is bounded and nothing is missed, however long tokens live.
 * - While the database is away a node knows no news; handshakes and nearly all requests fail then as well.
 */
@Injectable()
export class Revocations implements OnModuleInit, OnApplicationShutdown {
  private readonly users = new BoundedMap<number, Bounds>(MAX_REMEMBERED, (_, { at }) => this.forgot(at));
  private readonly sessions = new BoundedMap<string, number>(MAX_REMEMBERED, (_, at) => this.forgot(at));
  /** All that was revoked after this time is remembered. Milliseconds since 1970. */
  private completeSince = Infinity;
  /** The database's time at the last look. */
  private lookedAt: string | null = null;
  private forgetAt = 0;
  private readonly looks = new RepeatedLook({
    what: 'revoked tokens',
    everyMs: LOOK_EVERY_MS,
    look: () => this.learn(),
    after: () => this.forgetOld(),
  });
  /** One statement for all who connect at the same time. */
  private readonly reads = new Batcher<UserPrincipal, boolean>({
    write: (principals) => this.read(principals),
    batch: { some: 256, most: 1_024 },
    maxWaiting: 20_000,
    patienceMs: ANSWER_WITHIN_MS,
  });

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly bus: Bus,
    private readonly known: KnownUsers,
    private readonly subjects: Subjects,
  ) {}

  onModuleInit(): void {
    if (this.config.auth.mode === 'open') return;
    this.bus.on('tokensRevokedElsewhere', () => this.looks.now());
    this.looks.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.looks.stop();
  }

  /** Whether the token is known to be revoked, without asking the database. */
  has(principal: UserPrincipal): boolean {
    const { sessionId, userId } = principal;
    if (sessionId !== null && this.sessions.has(sessionId)) return true;
    const bounds = this.users.get(userId);
    return bounds !== undefined && isTooOld(principal, bounds);
  }

  /**
   * For a request. Asks the database only about a token older than what is remembered.
   *
   * @throws AppError TOKEN_INVALID when the token was revoked.
   */
  async refuse(principal: UserPrincipal): Promise<void> {
    if (this.has(principal)) throw new AppError('TOKEN_INVALID');
    const { issuedAt } = principal;
    if (issuedAt === null || issuedAt < this.completeSince + CLOCK_SKEW_MS) await this.refuseNow(principal);
  }

  /**
   * For a socket. Asks the database.
   *
   * @throws AppError TOKEN_INVALID when the token was revoked, or its session has ended.
   */
  async refuseNow(principal: UserPrincipal): Promise<void> {
    if (await this.reads.submit(principal)) throw new AppError('TOKEN_INVALID');
  }

  /** After a commit that revoked tokens: all nodes learn of it at once. */
  announce(): void {
    this.bus.emit('tokensRevoked', null);
    void this.looks.now();
  }

  private async learn(): Promise<void> {
    const { lookedAt } = this;
    // One more than is remembered: then the oldest is forgotten, and what is complete begins after it.
    const rows = await revokedSince(this.database, { lookedAt, most: MAX_REMEMBERED + 1 });
    const clock = rows.find(({ userId }) => userId === null)!.at;
    const since = Date.parse(clock) - REMEMBERED_MS;
    if (lookedAt === null) this.completeSince = since;
    // The oldest first, so that they are forgotten first.
    for (const { userId, at, ...row } of rows.reverse())
      if (userId !== null) this.remember({ ...row, userId, at: Date.parse(at) });
    this.forgetBefore(since);
    this.lookedAt = clock;
  }

  private remember({ userId, sessionId, ...bounds }: Revocation): void {
    if (sessionId !== null) {
      if (!this.sessions.has(sessionId)) this.sessions.set(sessionId, bounds.at);
      return;
    }
    if (this.users.get(userId)?.at === bounds.at) return;
    // They may have been erased, which this node knows by nothing else.
    this.known.forget(userId);
    this.subjects.forget(userId);
    // At the end of the line.
    this.users.delete(userId);
    this.users.set(userId, bounds);
  }

  private forgetBefore(since: number): void {
    for (const [userId, { at }] of this.users) {
      if (at > since) break;
      this.users.delete(userId);
    }
    for (const [sessionId, at] of this.sessions) {
      if (at > since) break;
      this.sessions.delete(sessionId);
    }
    this.forgot(since);
  }

  private forgot(at: number): void {
    this.completeSince = Math.max(this.completeSince, at);
  }

  private async forgetOld(): Promise<void> {
    if (performance.now() < this.forgetAt) return;
    const forgotten = await forgetEndedSessions(this.database, FORGOTTEN_AT_ONCE);
    if (forgotten < FORGOTTEN_AT_ONCE) this.forgetAt = performance.now() + FORGET_EVERY_MS;
  }

  private async read(principals: readonly UserPrincipal[]): Promise<Outcome<boolean>[]> {
    const rows = await boundsOfTokens(this.database, principals);
    return rows.map(({ ended, ...bounds }, i) => ({
      ok: true,
      result: ended || isTooOld(principals[i]!, bounds),
    }));
  }
}

function isTooOld(
  { generation, issuedAt }: UserPrincipal,
  bounds: Pick<Bounds, 'generation' | 'notBefore'>,
): boolean {
  if (generation !== null && generation < bounds.generation) return true;
  return bounds.notBefore !== null && (issuedAt === null || issuedAt < bounds.notBefore);
}
