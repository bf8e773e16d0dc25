import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AccessTokens } from '../commands/identity/access-tokens.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import { OwnTokens } from '../commands/identity/own-tokens.js';
import type { OwnTokens as OwnTokensConfig } from '../config/auth-config.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import {
  type AccountView,
  AppError,
  type CommandInput,
  type SessionView,
  type UserSessionView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { KnownUsers } from '../users/directory/known-users.js';
import {
  beginSession,
  endSession,
  justRotated,
  rotateSession,
  sessionsOf,
  userOfSession,
  userOfToken,
} from './accounts.queries.js';
import { type Presented, RefreshTokens } from './refresh-tokens.js';
import { RevokingService } from './revoking.service.js';

/** Most sessions of one user; a new one replaces the one that was refreshed least recently. */
const MAX_SESSIONS = 100;

/** Seconds for which the token that was just spent gives its successor again. */
const REPLAY_SECONDS = 30;

/** The result of beginning or refreshing a session. */
export interface Begun {
  id: string;
  user: AccountView;
  /** The user's generation of tokens. */
  generation: number;
  refreshToken: string;
  refreshExpiresAt: string;
}

type Own = OwnTokensConfig & { signer: OwnTokens; refreshTokens: RefreshTokens };

/**
 * Families of refresh tokens. A token is its session's id and a secret. Only the hash of the newest token's secret is
 * stored. If an older token is used again, the session ends, because one of the two was stolen: except for a short time
 * after it was spent. When a session ends, its access tokens and sockets do.
 */
@Injectable()
export class Sessions {
  /** null when tokens come from another issuer, or in open mode. */
  private readonly owned: Own | null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    private readonly database: Database,
    private readonly revoking: RevokingService,
    private readonly deactivations: Deactivations,
    private readonly users: KnownUsers,
    tokens: AccessTokens,
  ) {
    const own = auth.mode === 'jwt' && auth.tokens.kind === 'own' && tokens instanceof OwnTokens;
    this.owned = own
      ? { ...auth.tokens, signer: tokens, refreshTokens: new RefreshTokens(auth.tokens.secret) }
      : null;
  }

  /** @throws AppError NOT_CONFIGURED when this server has no accounts, or nobody may register. */
  require({ registration = false } = {}): void {
    if (!this.own().registration && registration) throw new AppError('NOT_CONFIGURED');
  }

  newId(): string {
    return randomUUID();
  }

  /** The session that this server has issued a refresh token for, whether or not it still exists; null: none. */
  idIn(refreshToken: string | undefined): string | null {
    const token = refreshToken === undefined ? null : this.own().refreshTokens.read(refreshToken);
    return token?.genuine ? token.id : null;
  }

  /**
   * @throws AppError CREDENTIALS_WRONG when the password has been changed meanwhile; DEACTIVATED, after which nothing has
   * begun.
   */
  async begin(id: string, userId: number, passwordHash: string, runner: Runner): Promise<Begun> {
    await this.deactivations.refuseNow(userId);
    const { refreshTokens, refreshDays: days } = this.own();
    const { token, hash: tokenHash } = refreshTokens.issue(id);
    const row = await beginSession(runner, { id, userId, tokenHash, days, passwordHash, most: MAX_SESSIONS });
    if (!row) throw new AppError('CREDENTIALS_WRONG');
    return begun(id, row, token);
  }

  /**
   * For `REPLAY_SECONDS` a token that has just been spent is answered as the first time: two tabs may refresh at the same
   * time, and an answer may be lost.
   *
   * @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED; DEACTIVATED, and then the token is not spent.
   */
  async rotate(refreshToken: string): Promise<SessionView> {
    const { refreshTokens, refreshDays: days } = this.own();
    const spent = refreshTokens.read(refreshToken);
    if (!spent) throw new AppError('TOKEN_INVALID');
    const { id } = spent;
    const { token, hash: next } = refreshTokens.successorOf(spent);
    const row =
      (await rotateSession(this.database, { id, spent: spent.hash, next, days })) ??
      (await justRotated(this.database, { id, next, seconds: REPLAY_SECONDS }));
    if (row) return this.view(begun(id, row, token));
    if (spent.genuine) await this.refuseDeactivated(id);
    const ended = await this.endOne(spent);
    if (!ended) throw new AppError('TOKEN_INVALID');
    throw new AppError(ended.reused ? 'TOKEN_REUSED' : 'TOKEN_EXPIRED');
  }

  /** No database query here: a failure now would lose a session that is already stored. */
  async view({ id, user, generation, ...refresh }: Begun): Promise<SessionView> {
    const bearer = { userId: user.id, generation, sessionId: id };
    return { user, ...(await this.own().signer.sign(bearer)), ...refresh };
  }

  /** Those that have not expired. @throws AppError NOT_FOUND; NOT_CONFIGURED when this server has no accounts */
  async list({ userId }: CommandInput<'getSessions'>): Promise<UserSessionView[]> {
    this.own();
    await this.users.ensure([userId]);
    return sessionsOf(this.database, { userId, expired: false });
  }

  /**
   * Ends the session of a token, if it exists; with `everywhere` and the newest token all sessions of its user, and
   * every other access token they have.
   */
  async end(refreshToken: string, everywhere: boolean): Promise<void> {
    const token = this.own().refreshTokens.read(refreshToken);
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

  private async refuseDeactivated(id: string): Promise<void> {
    const userId = await userOfSession(this.database, id);
    if (userId !== undefined) await this.deactivations.refuseNow(userId);
  }

  private async endOne(token: Presented): Promise<{ reused: boolean } | undefined> {
    const ended = await endSession(this.database, token);
    if (ended) this.announceEnd();
    return ended;
  }

  private own(): Own {
    if (!this.owned) throw new AppError('NOT_CONFIGURED');
    return this.owned;
  }
}

const begun = (
  id: string,
  { expiresAt, user, generation }: { expiresAt: string; user: AccountView; generation: number },
  refreshToken: string,
): Begun => ({ id, user, generation, refreshToken, refreshExpiresAt: expiresAt });
