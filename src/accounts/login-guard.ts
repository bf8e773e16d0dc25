import { createHmac, hkdfSync } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Client } from '../commands/request.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { AppError, type LoginView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import {
  forgetFailures,
  forgetLogins,
  latestLogins,
  noteLogin,
  rememberPlaces,
  takeAttempt,
  takeBack,
} from './logins.queries.js';

/** Logins that the user may read: this many that succeeded, and this many that failed. */
const MAX_LOGINS = 20;

/** More are kept: an attempt is noted as failed until it has succeeded, and must not push out one that failed. */
const KEPT_LOGINS = 2 * MAX_LOGINS;

/** Networks and devices that are remembered of a user. */
const MAX_PLACES = 50;

const MAX_USER_AGENT = 200;

const FORGET_EVERY_MS = 600_000;
const FORGOTTEN_AT_ONCE = 10_000;

/** An account whose password is about to be compared. */
export interface Candidate {
  userId: number;
  passwordHash: string;
  /** Whether the user has logged in from here before. */
  known: boolean;
  note: number | null;
}

/**
 * Makes guessing slow, and tells users of it.
 *
 * Failures are counted in the database, so all nodes count together. Guesses from one network have to wait longer and
 * longer. So have guesses from many networks, but not logins from networks and devices that the user has used before: a
 * stranger can't lock the user out. A name that does not exist is treated like one that does.
 */
@Injectable()
export class LoginGuard {
  private readonly logger = new Logger(LoginGuard.name);
  private readonly key: Buffer | null;
  private readonly bounded: boolean;
  private forgetAt = 0;

  constructor(
    @Inject(APP_CONFIG) { auth, limits }: AppConfig,
    private readonly database: Database,
  ) {
    const own = auth.mode === 'jwt' && auth.tokens.kind === 'own';
    this.key = own ? Buffer.from(hkdfSync('sha256', auth.tokens.secret, '', 'logins', 32)) : null;
    this.bounded = limits !== null;
  }

  /**
   * The account of a name, whose password may be compared now. The attempt counts as a failure until `succeeded`.
   * `device`: a session that this device has had.
   *
   * @throws AppError RATE_LIMITED
   */
  async admit(username: string, client: Client, device: string | null): Promise<Candidate | undefined> {
    const { waitMs, account } = await takeAttempt(this.database, {
      ...this.countersOf(username, client),
      username,
      places: [this.networkOf(client), device === null ? null : this.deviceOf(device)],
      ...shown(client),
      bounded: this.bounded,
    });
    void this.forget(account?.userId);
    if (waitMs > 0) throw refused(waitMs);
    return account;
  }

  /**
   * As `admit`, for the present password of somebody who is logged in. Strangers can't come here, so they can't make
   * the user wait.
   *
   * @throws AppError RATE_LIMITED
   */
  async admitChange(userId: number, client: Client): Promise<void> {
    const { waitMs } = await takeAttempt(this.database, {
      username: null,
      pair: this.changesOf(userId),
      account: null,
      places: [this.networkOf(client), null],
      ...shown(client),
      bounded: this.bounded,
    });
    if (waitMs > 0) throw refused(waitMs);
  }

  /** The password was right: the attempt is no failure, and this network and session are known from now on. */
  async succeeded(
    login: { userId: number; username: string; candidate: Candidate | null; sessionId: string },
    client: Client,
    tx: Runner,
  ): Promise<void> {
    const { userId, username, candidate, sessionId } = login;
    const { pair, account } = this.countersOf(username, client);
    await takeBack(tx, { pair, account: candidate && !candidate.known ? account : null });
    await noteLogin(tx, { userId, note: candidate?.note ?? null, ...shown(client) });
    await this.remember(userId, sessionId, client, tx);
  }

  /** The present password was right: the attempt is no failure. */
  async confirmed(userId: number): Promise<void> {
    await takeBack(this.database, { pair: this.changesOf(userId), account: null });
  }

  /** This network and session are known to be the user's from now on. */
  async remember(userId: number, sessionId: string, client: Client, tx: Runner): Promise<void> {
    const places = [this.networkOf(client), this.deviceOf(sessionId)] as const;
    await rememberPlaces(tx, { userId, places, most: MAX_PLACES });
  }

  /** The latest logins of a user and attempts at them, the latest first. */
  latest(userId: number): Promise<LoginView[]> {
    return latestLogins(this.database, { userId, most: MAX_LOGINS });
  }

  private countersOf(username: string, { address }: Client): { pair: Buffer; account: Buffer } {
    // As the database compares names.
    const name = username.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
    return { pair: this.hashOf('pair', name, address), account: this.hashOf('account', name) };
  }

  private changesOf(userId: number): Buffer {
    return this.hashOf('change', String(userId));
  }

  private networkOf({ address }: Client): Buffer {
    return this.hashOf('network', address);
  }

  private deviceOf(sessionId: string): Buffer {
    return this.hashOf('device', sessionId);
  }

  private hashOf(...parts: string[]): Buffer {
    if (!this.key) throw new AppError('NOT_CONFIGURED');
    return createHmac('sha256', this.key).update(JSON.stringify(parts)).digest();
  }

  /** Nobody waits for it, so that an existing account takes no longer than one that does not exist. */
  private async forget(userId: number | undefined): Promise<void> {
    try {
      if (userId !== undefined) await forgetLogins(this.database, { userId, most: KEPT_LOGINS });
      if (performance.now() < this.forgetAt) return;
      this.forgetAt = performance.now() + FORGET_EVERY_MS;
      const forgotten = await forgetFailures(this.database, FORGOTTEN_AT_ONCE);
      if (forgotten === FORGOTTEN_AT_ONCE) this.forgetAt = 0;
    } catch (error) {
      this.logger.warn(`Could not delete old logins, trying again at the next login: ${String(error)}`);
    }
  }
}

const refused = (waitMs: number): AppError =>
  new AppError('RATE_LIMITED', { retryAfterMs: waitMs, details: { limit: 'login' } });

/** What the user may read: of an IPv4 address without its last part. */
function shown({ address, userAgent }: Client): { network: string; userAgent: string | null } {
  return {
    network: address.replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0/24'),
    userAgent: userAgent?.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, MAX_USER_AGENT) ?? null,
  };
}
