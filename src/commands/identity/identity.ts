import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import {
  AppError,
  whoMayUse,
  type CommandDefinition,
  type CommandName,
  definitionOf,
  userId as anyUserId,
} from '../../contract/index.js';
import { AccessTokens, notAccepted } from './access-tokens.js';
import type { Actor } from './actor.js';
import { ApiKeys } from './api-keys.js';
import { Deactivations } from './deactivations.js';
import type { ApplicationPrincipal, Credentials, Principal, UserPrincipal } from './principal.js';
import { Revocations } from './revocations.js';

/** What a connection or a request says about the sender of a command. */
export interface Sender {
  /** The verified principal; null in open mode, and for commands that need none. */
  readonly principal: Principal | null;
  /** The user that the socket (`userOnline`) or the request (X-User-Id) has named; null: none yet. */
  readonly namedUserId: number | null;
  /** The socket's id; null over REST. */
  readonly origin: string | null;
}

const APPLICATION: ApplicationPrincipal = { kind: 'application' };

/**
 * Finds the principal and the actor of a command, and whether the command is for them at all (`who`). What they may do
 * in a chat, services decide.
 */
@Injectable()
export class Identity {
  /** Open mode: the server trusts the user id that a client sends. */
  readonly open: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly keys: ApiKeys,
    private readonly tokens: AccessTokens,
    private readonly revocations: Revocations,
    private readonly deactivations: Deactivations,
  ) {
    this.open = config.auth.mode === 'open';
  }

  /**
   * The principal that the credentials of a request prove, for a command. null: the command needs none.
   *
   * @throws AppError UNAUTHENTICATED without credentials, FORBIDDEN when the command is not for such a principal,
   * DEACTIVATED, and as `AccessTokens.verify`.
   */
  async authenticate(command: CommandName, { apiKey, bearer }: Credentials): Promise<Principal | null> {
    const who = whoMayUse(definitionOf(command), this.open);
    if (this.open || who === 'anyone') return null;
    const key = apiKey ?? bearer;
    if (key === null) throw new AppError('UNAUTHENTICATED');
    if (this.keys.has(key)) return APPLICATION;
    if (bearer === null || apiKey !== null) throw new AppError('TOKEN_INVALID');
    const user = await this.tokens.verify(bearer);
    await this.revocations.refuse(user);
    await this.deactivations.refuse(user.userId);
    if (who === 'application') throw onlyForApplication();
    return user;
  }

  /**
   * The user that an access token proves, for a socket. The database is asked whether the token was revoked.
   *
   * @throws AppError DEACTIVATED; as `AccessTokens.verify`.
   */
  async authenticateToken(token: string): Promise<UserPrincipal> {
    if (this.keys.has(token))
      throw notAccepted('it is an API key, which is for REST; get a token for a user by `POST /auth/tokens`');
    const user = await this.tokens.verify(token);
    await this.revocations.refuseNow(user);
    await this.deactivations.refuse(user.userId);
    return user;
  }

  /**
   * The actor of a command with this validated input, who may use the command, as its definition says.
   *
   * @throws AppError FORBIDDEN for a user who names another user as actor, or uses a command for the application only;
   * UNAUTHENTICATED when no user is named; NOT_CONFIGURED for commands that open mode does not have; DEACTIVATED
   * for the name of a deactivated user, whoever acts in it.
   */
  actorOf(command: CommandName, input: unknown, sender: Sender): Actor {
    const definition = definitionOf(command);
    const { principal, origin } = sender;
    const who = whoMayUse(definition, this.open);
    if (who === 'off') throw new AppError('NOT_CONFIGURED');
    if (who === 'anyone') return { userId: null, origin, isApplication: false };
    if (principal === null && !this.open) throw new AppError('UNAUTHENTICATED');
    const userId =
      principal?.kind === 'user'
        ? ownId(definition, input, sender, principal)
        : namedId(definition, input, sender.namedUserId);
    if (who === 'person' && userId === null) throw new AppError('UNAUTHENTICATED');
    if (who === 'application' && userId !== null)
      throw principal?.kind === 'user' ? onlyForApplication() : inItsOwnName();
    const deactivated = userId === null ? null : this.deactivations.of(userId);
    if (deactivated) throw deactivated;
    const sessionId = principal?.kind === 'user' ? principal.sessionId : null;
    const hasApiKey = principal?.kind === 'application';
    const actor = { userId, origin, isApplication: principal?.kind !== 'user', hasApiKey };
    return sessionId === null ? actor : { ...actor, sessionId };
  }
}

/**
 * Open mode and the application: the user that the input names, else the user of the connection or the header. When the
 * input names several (the two of a direct chat), it is the connection's user if that is one of them, else the first.
 */
function namedId<Id extends number | string>(
  { actor }: CommandDefinition,
  input: unknown,
  namedUserId: Id | null,
): Id | null {
  const fields = input as Record<string, Id | undefined>;
  let userId: Id | null = null;
  for (const field of actor) {
    const named = fields[field];
    if (named !== undefined && (userId === null || named === namedUserId)) userId = named;
  }
  return userId ?? namedUserId;
}

/**
 * As `namedId`, for input that is not validated yet: a value that is not an id names no user. Who is named by an externalId
 * stays so, and is a text.
 */
export function namedInRaw(
  definition: CommandDefinition,
  raw: Record<string, unknown>,
  named: number | string | null,
): number | string | null {
  const fields = definition.actor.flatMap((field) => {
    const parsed = Object.hasOwn(raw, field) ? anyUserId.safeParse(raw[field]) : null;
    return parsed?.success ? [[field, parsed.data] as const] : [];
  });
  return namedId(definition, Object.fromEntries(fields), named);
}

/**
 * Only the token says who the user is. The input must name that user or nobody; of several users it names one must be
 * that user.
 *
 * @throws AppError FORBIDDEN
 */
function ownId(
  { actor }: CommandDefinition,
  input: unknown,
  { namedUserId }: Sender,
  { userId }: UserPrincipal,
): number {
  if (namedUserId !== null && namedUserId !== userId) throw onlyForOneself();
  const fields = input as Record<string, number | undefined>;
  let others = false;
  let themselves = false;
  for (const field of actor) {
    const named = fields[field];
    if (named === userId) themselves = true;
    else if (named !== undefined) others = true;
  }
  if (others && !themselves) throw onlyForOneself();
  return userId;
}

const onlyForApplication = () =>
  new AppError('FORBIDDEN', {
    message: 'Only the application may do this, with its API key instead of the token of a user.',
  });

const inItsOwnName = () =>
  new AppError('FORBIDDEN', {
    message:
      'The application does this in its own name: leave out X-User-Id, and every other name of a user who acts.',
  });

/** The error for somebody who names another one as who acts. */
export const onlyForOneself = () =>
  new AppError('FORBIDDEN', {
    message:
      'The token says who you are: you can not act as another user. Leave the user out, or name yourself.',
  });
