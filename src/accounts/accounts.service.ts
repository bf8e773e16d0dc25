import { Inject, Injectable } from '@nestjs/common';
import { AccessTokens } from '../commands/identity/access-tokens.js';
import { type Actor, personOf } from '../commands/identity/actor.js';
import { OwnTokens } from '../commands/identity/own-tokens.js';
import type { OwnTokens as OwnTokensConfig } from '../config/auth-config.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { type AccountView, AppError, type CommandInput, type SessionView } from '../contract/index.js';
import { isUniqueViolation, isUserIdTaken } from '../common/errors/failure.js';
import { Database } from '../database/database.js';
import {
  accountOfUser,
  credentialsByUsername,
  credentialsOfUser,
  insertCredentials,
  insertUser,
  replaceHash,
} from './accounts.queries.js';
import { Passwords } from './passwords.js';
import { type Begun, Sessions } from './sessions.js';

interface Known {
  userId: number;
  passwordHash: string;
}

/** People with a password of ours, and their sessions. */
@Injectable()
export class AccountsService {
  /** null where the tokens are somebody else's, or nobody's. */
  private readonly owned: (OwnTokensConfig & { signer: OwnTokens }) | null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    tokens: AccessTokens,
  ) {
    const own = auth.mode === 'jwt' && auth.tokens.kind === 'own' && tokens instanceof OwnTokens;
    this.owned = own ? { ...auth.tokens, signer: tokens } : null;
  }

  /** @throws AppError CONFLICT when the username is taken; OVERLOADED; NOT_CONFIGURED */
  async register({ username, password, name }: CommandInput<'register'>): Promise<SessionView> {
    const { refreshDays, registration } = this.own();
    if (!registration) throw new AppError('NOT_CONFIGURED');
    const passwordHash = await this.passwords.hash(password);
    try {
      const begun = await this.database.transaction(async (runner) => {
        const [user] = await runner.rows<{ userId: number }>(insertUser, [name ?? null]);
        const userId = user!.userId;
        await runner.rows(insertCredentials, [userId, username, passwordHash]);
        return this.sessions.begin(userId, passwordHash, refreshDays, runner);
      });
      return await this.sessionView(begun);
    } catch (error) {
      if (!isUniqueViolation(error) || isUserIdTaken(error)) throw error;
      throw new AppError('CONFLICT', { details: [{ path: 'username', message: 'expected one not in use' }] });
    }
  }

  /** @throws AppError CREDENTIALS_WRONG, after the same time for a name that nobody has; OVERLOADED; NOT_CONFIGURED */
  async login({ username, password }: CommandInput<'login'>): Promise<SessionView> {
    const { refreshDays } = this.own();
    const known = await this.passwords.matching(password, async () => {
      const [row] = await this.database.rows<Known>(credentialsByUsername, [username]);
      return row;
    });
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    return this.sessionView(await this.sessions.begin(known.userId, known.passwordHash, refreshDays));
  }

  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED; NOT_CONFIGURED */
  async refresh({ refreshToken }: CommandInput<'refresh'>): Promise<SessionView> {
    const { refreshDays } = this.own();
    return this.sessionView(await this.sessions.rotate(refreshToken, refreshDays));
  }

  /** @throws AppError NOT_CONFIGURED */
  async logout({ refreshToken }: CommandInput<'logout'>): Promise<{ loggedOut: true }> {
    this.own();
    await this.sessions.end(refreshToken);
    return { loggedOut: true };
  }

  /** @throws AppError NOT_FOUND in open mode, for somebody nobody has heard of. */
  async me(actor: Actor): Promise<AccountView> {
    // The row is the view: timestamps come as text of that form.
    const [account] = await this.database.rows<AccountView>(accountOfUser, [personOf(actor)]);
    if (!account) throw new AppError('NOT_FOUND');
    return account;
  }

  /** @throws AppError CREDENTIALS_WRONG; OVERLOADED; NOT_CONFIGURED */
  async changePassword(
    actor: Actor,
    { currentPassword, newPassword }: CommandInput<'changePassword'>,
  ): Promise<SessionView> {
    const { refreshDays } = this.own();
    const userId = personOf(actor);
    const known = await this.passwords.matching(currentPassword, async () => {
      const [row] = await this.database.rows<Known>(credentialsOfUser, [userId]);
      return row;
    });
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    const passwordHash = await this.passwords.hash(newPassword);
    const begun = await this.database.transaction(async (runner) => {
      const replaced = await runner.rows(replaceHash, [userId, known.passwordHash, passwordHash]);
      if (replaced.length === 0) throw new AppError('CREDENTIALS_WRONG');
      await this.sessions.endAll(userId, runner);
      return this.sessions.begin(userId, passwordHash, refreshDays, runner);
    });
    return this.sessionView(begun);
  }

  /** Asks the database nothing: what is begun by now must come to its owner. */
  private async sessionView({ user, ...refresh }: Begun): Promise<SessionView> {
    return { user, ...(await this.own().signer.sign(user.id)), ...refresh };
  }

  private own(): OwnTokensConfig & { signer: OwnTokens } {
    if (!this.owned) throw new AppError('NOT_CONFIGURED');
    return this.owned;
  }
}
