import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { type AccountView, AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { beginSession, endSession, rotateSession, userOfToken } from './accounts.queries.js';
import { type Presented, RefreshTokens } from './refresh-tokens.js';
import { RevokingService } from './revoking.service.js';

/** Most sessions of one user; a new one replaces the one that was refreshed least recently. */
const MAX_SESSIONS = 100;

/** The result of beginning or refreshing a session. */
export interface Begun {
  id: string;
  user: AccountView;
  /** The user's generation of tokens. */
  generation: number;
  refreshToken: string;
  refreshExpiresAt: string;
}

/**
 * Families of refresh tokens. A token is its session's id and a secret. Only the hash of the newest token's secret is
 * stored. If an older token is used again, the session ends, because one of the two was stolen. When a session ends,
 * its access tokens and sockets do.
 */
@Injectable()
export class Sessions {
  private readonly tokens: RefreshTokens | null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    private readonly database: Database,
    private readonly revoking: RevokingService,
  ) {
    const own = auth.mode === 'jwt' && auth.tokens.kind === 'own';
    this.tokens = own ? new RefreshTokens(auth.tokens.secret) : null;
  }

  /** @throws AppError CREDENTIALS_WRONG when the password has been changed meanwhile. */
  async begin(
    userId: number,
    passwordHash: string,
    days: number,
    runner: Runner = this.database,
  ): Promise<Begun> {
    const id = randomUUID();
    const { token, hash: tokenHash } = this.own().issue(id);
    const row = await beginSession(runner, { id, userId, tokenHash, days, passwordHash, most: MAX_SESSIONS });
    if (!row) throw new AppError('CREDENTIALS_WRONG');
    return begun(id, row, token);
  }

  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED */
  async rotate(refreshToken: string, days: number): Promise<Begun> {
    const spent = this.own().read(refreshToken);
    if (!spent) throw new AppError('TOKEN_INVALID');
    const { token, hash } = this.own().issue(spent.id);
    const row = await rotateSession(this.database, { id: spent.id, spent: spent.hash, next: hash, days });
    if (row) return begun(spent.id, row, token);
    const ended = await this.endOne(spent);
    if (!ended) throw new AppError('TOKEN_INVALID');
    throw new AppError(ended.reused ? 'TOKEN_REUSED' : 'TOKEN_EXPIRED');
  }

  /**
   * Ends the session of a token, if it exists; with `everywhere` and the newest token all sessions of its user, and
   * every other access token they have.
   */
  async end(refreshToken: string, everywhere: boolean): Promise<void> {
    const token = this.own().read(refreshToken);
    if (!token) return;
    const userId = everywhere ? await userOfToken(this.database, token) : undefined;
    if (userId === undefined) await this.endOne(token);
    else {
      await this.database.transaction((tx) => this.endAll(userId, tx));
      this.announceEnd();
    }
  }

  /** Ends all sessions of a user, and every access token they have. The caller announces it after the commit. */
  async endAll(userId: number, tx: Runner): Promise<void> {
    await this.revoking.everything(userId, tx);
  }

  /** After a commit that ended sessions: all nodes refuse their access tokens. */
  announceEnd(): void {
    this.revoking.announce();
  }

  private async endOne(token: Presented): Promise<{ reused: boolean } | undefined> {
    const ended = await endSession(this.database, token);
    if (ended) this.announceEnd();
    return ended;
  }

  private own(): RefreshTokens {
    if (!this.tokens) throw new AppError('NOT_CONFIGURED');
    return this.tokens;
  }
}

const begun = (
  id: string,
  { expiresAt, user, generation }: { expiresAt: string; user: AccountView; generation: number },
  refreshToken: string,
): Begun => ({ id, user, generation, refreshToken, refreshExpiresAt: expiresAt });
