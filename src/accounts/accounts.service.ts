import { Inject, Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { AccessTokens } from '../commands/identity/access-tokens.js';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { OwnTokens } from '../commands/identity/own-tokens.js';
import type { OwnTokens as OwnTokensConfig } from '../config/auth-config.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { type AccountView, AppError, type CommandInput, type SessionView } from '../contract/index.js';
import { isUniqueViolation, isUserIdTaken } from '../common/errors/failure.js';
import { Database } from '../database/database.js';
import { Credentials } from '../database/models/credentials.model.js';
import { accountOfUser, credentialsByUsername } from './accounts.queries.js';
import { Passwords } from './passwords.js';
import { type Begun, Sessions } from './sessions.service.js';

/** Users who log in here with a password, and their sessions. */
@Injectable()
export class AccountsService {
  /** null when tokens come from another issuer, or in open mode. */
  private readonly owned: (OwnTokensConfig & { signer: OwnTokens }) | null;

  constructor(
    @Inject(APP_CONFIG) { auth }: AppConfig,
    @InjectModel(Credentials) private readonly credentials: typeof Credentials,
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
      const begun = await this.database.transaction(async (tx) => {
        const { userId } = await this.credentials.create(
          { username, passwordHash, user: { name } },
          { include: ['user'], transaction: tx.sequelize },
        );
        return this.sessions.begin(userId, passwordHash, refreshDays, tx);
      });
      return await this.sessionView(begun);
    } catch (error) {
      if (!isUniqueViolation(error) || isUserIdTaken(error)) throw error;
      throw new AppError('CONFLICT', {
        details: [{ path: 'username', message: 'expected a username that is not taken' }],
      });
    }
  }

  /** @throws AppError CREDENTIALS_WRONG, after the same time for an unknown username; OVERLOADED; NOT_CONFIGURED */
  async login({ username, password }: CommandInput<'login'>): Promise<SessionView> {
    const { refreshDays } = this.own();
    const known = await this.passwords.matching(password, () =>
      credentialsByUsername(this.database, username),
    );
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    return this.sessionView(await this.sessions.begin(known.userId, known.passwordHash, refreshDays));
  }

  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED; NOT_CONFIGURED */
  async refresh({ refreshToken }: CommandInput<'refresh'>): Promise<SessionView> {
    const { refreshDays } = this.own();
    return this.sessionView(await this.sessions.rotate(refreshToken, refreshDays));
  }

  /** @throws AppError NOT_CONFIGURED */
  async logout({ refreshToken, everywhere = false }: CommandInput<'logout'>): Promise<{ loggedOut: true }> {
    this.own();
    await this.sessions.end(refreshToken, everywhere);
    return { loggedOut: true };
  }

  /** @throws AppError NOT_FOUND in open mode, when the user does not exist. */
  async me(actor: Actor): Promise<AccountView> {
    const account = await accountOfUser(this.database, requireUserId(actor));
    if (!account) throw new AppError('NOT_FOUND');
    return account;
  }

  /** @throws AppError CREDENTIALS_WRONG; OVERLOADED; NOT_CONFIGURED */
  async changePassword(
    actor: Actor,
    { currentPassword, newPassword }: CommandInput<'changePassword'>,
  ): Promise<SessionView> {
    const { refreshDays } = this.own();
    const userId = requireUserId(actor);
    const known = await this.passwords.matching(
      currentPassword,
      async () => (await this.credentials.findByPk(userId)) ?? undefined,
    );
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    const passwordHash = await this.passwords.hash(newPassword);
    const begun = await this.database.transaction(async (tx) => {
      // Updates nothing if the password was changed meanwhile.
      const [replaced] = await this.credentials.update(
        { passwordHash },
        { where: { userId, passwordHash: known.passwordHash }, transaction: tx.sequelize },
      );
      if (replaced === 0) throw new AppError('CREDENTIALS_WRONG');
      await this.sessions.endAll(userId, tx);
      return this.sessions.begin(userId, passwordHash, refreshDays, tx);
    });
    this.sessions.announceEnd();
    return this.sessionView(begun);
  }

  /** No database query here: a failure now would lose a session that is already stored. */
  private async sessionView({ id, user, generation, ...refresh }: Begun): Promise<SessionView> {
    const bearer = { userId: user.id, generation, sessionId: id };
    return { user, ...(await this.own().signer.sign(bearer)), ...refresh };
  }

  private own(): OwnTokensConfig & { signer: OwnTokens } {
    if (!this.owned) throw new AppError('NOT_CONFIGURED');
    return this.owned;
  }
}
