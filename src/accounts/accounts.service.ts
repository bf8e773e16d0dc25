import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { Client } from '../commands/request.js';
import {
  type AccountView,
  AppError,
  type CommandInput,
  type LoginView,
  type SessionView,
} from '../contract/index.js';
import { isUniqueViolation, isUserIdTaken } from '../common/errors/failure.js';
import { NameIndex } from '../users/name-index.service.js';
import { Database } from '../database/database.js';
import { Credentials } from '../database/models/credentials.model.js';
import { accountOfUser } from './accounts.queries.js';
import { LoginGuard } from './login-guard.js';
import { Passwords } from './passwords.js';
import { Sessions } from './sessions.service.js';
import { weaknessOf } from './weak-passwords.js';

/** Users who log in here with a password. */
@Injectable()
export class AccountsService {
  constructor(
    @InjectModel(Credentials) private readonly credentials: typeof Credentials,
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly guard: LoginGuard,
    private readonly names: NameIndex,
  ) {}

  /**
   * @throws AppError VALIDATION_FAILED for a weak password; CONFLICT when the username is taken; OVERLOADED;
   * NOT_CONFIGURED
   */
  async register(
    { username, password, name }: CommandInput<'register'>,
    client: Client,
  ): Promise<SessionView> {
    this.sessions.require({ registration: true });
    requireStrong('password', password, username);
    const passwordHash = await this.passwords.hash(password);
    const sessionId = this.sessions.newId();
    try {
      const begun = await this.database.transaction(async (tx) => {
        const { userId } = await this.credentials.create(
          { username, passwordHash, user: { name } },
          { include: ['user'], transaction: tx.sequelize },
        );
        await this.guard.succeeded({ userId, username, candidate: null, sessionId }, client, tx);
        return this.sessions.begin(sessionId, userId, passwordHash, tx);
      });
      const session = await this.sessions.view(begun);
      if (name != null) await this.names.write([session.user.id]);
      return session;
    } catch (error) {
      if (!isUniqueViolation(error) || isUserIdTaken(error)) throw error;
      throw new AppError('CONFLICT', {
        details: [{ path: 'username', message: 'expected a username that is not taken' }],
      });
    }
  }

  /**
   * @throws AppError CREDENTIALS_WRONG, after the same time for an unknown username; RATE_LIMITED after failures;
   * OVERLOADED; NOT_CONFIGURED
   */
  async login(
    { username, password, refreshToken }: CommandInput<'login'>,
    client: Client,
  ): Promise<SessionView> {
    this.sessions.require();
    const device = this.sessions.idIn(refreshToken);
    const known = await this.passwords.matching(password, () => this.guard.admit(username, client, device));
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    const { userId, passwordHash } = known;
    const sessionId = this.sessions.newId();
    const begun = await this.database.transaction(async (tx) => {
      await this.guard.succeeded({ userId, username, candidate: known, sessionId }, client, tx);
      return this.sessions.begin(sessionId, userId, passwordHash, tx);
    });
    return this.sessions.view(begun);
  }

  /** @throws AppError TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REUSED; NOT_CONFIGURED */
  refresh({ refreshToken }: CommandInput<'refresh'>): Promise<SessionView> {
    return this.sessions.rotate(refreshToken);
  }

  /** @throws AppError NOT_CONFIGURED */
  async logout({ refreshToken, everywhere = false }: CommandInput<'logout'>): Promise<{ loggedOut: true }> {
    await this.sessions.end(refreshToken, everywhere);
    return { loggedOut: true };
  }

  /** @throws AppError NOT_FOUND in open mode, when the user does not exist. */
  async me(actor: Actor): Promise<AccountView> {
    const account = await accountOfUser(this.database, requireUserId(actor));
    if (!account) throw new AppError('NOT_FOUND');
    return account;
  }

  logins(actor: Actor): Promise<LoginView[]> {
    return this.guard.latest(requireUserId(actor));
  }

  /**
   * @throws AppError CREDENTIALS_WRONG; RATE_LIMITED after failures; VALIDATION_FAILED for a weak password; OVERLOADED;
   * NOT_CONFIGURED
   */
  async changePassword(
    actor: Actor,
    { currentPassword, newPassword }: CommandInput<'changePassword'>,
    client: Client,
  ): Promise<SessionView> {
    const known = await this.confirm(actor, currentPassword, client);
    const { userId } = known;
    requireStrong('newPassword', newPassword, known.username);
    const passwordHash = await this.passwords.hash(newPassword);
    const sessionId = this.sessions.newId();
    const begun = await this.database.transaction(async (tx) => {
      // Updates nothing if the password was changed meanwhile.
      const [replaced] = await this.credentials.update(
        { passwordHash },
        { where: { userId, passwordHash: known.passwordHash }, transaction: tx.sequelize },
      );
      if (replaced === 0) throw new AppError('CREDENTIALS_WRONG');
      await this.sessions.endAll(userId, tx);
      await this.guard.remember(userId, sessionId, client, tx);
      return this.sessions.begin(sessionId, userId, passwordHash, tx);
    });
    this.sessions.announceEnd();
    return this.sessions.view(begun);
  }

  /**
   * The login of the actor, who gives the password again.
   *
   * @throws AppError CREDENTIALS_WRONG; RATE_LIMITED after failures; OVERLOADED; NOT_CONFIGURED
   */
  async confirm(actor: Actor, password: string, client: Client): Promise<Credentials> {
    this.sessions.require();
    const userId = requireUserId(actor);
    const known = await this.passwords.matching(password, async () => {
      await this.guard.admitChange(userId, client);
      return (await this.credentials.findByPk(userId)) ?? undefined;
    });
    if (!known) throw new AppError('CREDENTIALS_WRONG');
    await this.guard.confirmed(userId);
    return known;
  }
}

/** @throws AppError VALIDATION_FAILED */
function requireStrong(path: string, password: string, username: string): void {
  const message = weaknessOf(password, username);
  if (message !== null) throw new AppError('VALIDATION_FAILED', { details: [{ path, message }] });
}
