import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import {
  AppError,
  whoMayUse,
  type CommandDefinition,
  type CommandName,
  definitionOf,
  id,
} from '../../contract/index.js';
import { AccessTokens } from './access-tokens.js';
import type { Actor } from './actor.js';
import { ApiKeys } from './api-keys.js';
import type { ApplicationPrincipal, Credentials, Principal, UserPrincipal } from './principal.js';

/** What a connection or a request says about who sends a command. */
export interface Sender {
  /** Who has proved who they are; null in open mode, and where nobody needs to. */
  readonly principal: Principal | null;
  /** The user whom the socket (`userOnline`) or the request (X-User-Id) has named; null: nobody yet. */
  readonly namedUserId: number | null;
  /** The socket's id; null over REST. */
  readonly origin: string | null;
}

const APPLICATION: ApplicationPrincipal = { kind: 'application' };

/** Finds out who sends a command and in whose name it runs; never what they may do. */
@Injectable()
export class Identity {
  /** Open mode: clients state who they are and are believed. */
  readonly open: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly keys: ApiKeys,
    private readonly tokens: AccessTokens,
  ) {
    this.open = config.auth.mode === 'open';
  }

  /**
   * The principal that the credentials of a request prove, for a command. null: the command asks for none.
   *
   * @throws AppError UNAUTHENTICATED without credentials, FORBIDDEN when the command is not for such a principal, and
   * as `AccessTokens.verify`.
   */
  async authenticate(command: CommandName, { apiKey, bearer }: Credentials): Promise<Principal | null> {
    const who = whoMayUse(definitionOf(command), this.open);
    if (this.open || who === 'anyone') return null;
    const key = apiKey ?? bearer;
    if (key === null) throw new AppError('UNAUTHENTICATED');
    if (this.keys.has(key)) return APPLICATION;
    if (bearer === null || apiKey !== null) throw new AppError('TOKEN_INVALID');
    const user = await this.tokens.verify(bearer);
    if (who === 'application') throw new AppError('FORBIDDEN');
    return user;
  }

  /**
   * The user whom an access token proves.
   *
   * @throws AppError UNAUTHENTICATED without a token, and as `AccessTokens.verify`.
   */
  async authenticateToken(token: unknown): Promise<UserPrincipal> {
    if (typeof token !== 'string' || token === '') throw new AppError('UNAUTHENTICATED');
    return this.tokens.verify(token);
  }

  /**
   * In whose name a command runs, given its validated input: somebody who may use the command, as its definition says.
   *
   * @throws AppError FORBIDDEN for a user who names somebody else as themselves, or asks for what only the application
   * may have; UNAUTHENTICATED where nobody says who the user is; NOT_CONFIGURED for what open mode does not have.
   */
  actorOf(command: CommandName, input: unknown, sender: Sender): Actor {
    const definition = definitionOf(command);
    const { principal, origin } = sender;
    const who = whoMayUse(definition, this.open);
    if (who === 'off') throw new AppError('NOT_CONFIGURED');
    if (who === 'anyone') return { userId: null, origin };
    if (principal === null && !this.open) throw new AppError('UNAUTHENTICATED');
    const userId =
      principal?.kind === 'user'
        ? ownId(definition, input, sender, principal)
        : namedId(definition, input, sender.namedUserId);
    if (who === 'person' && userId === null) throw new AppError('UNAUTHENTICATED');
    if (who === 'application' && userId !== null) throw new AppError('FORBIDDEN');
    return { userId, origin };
  }
}

/**
 * Open mode and the application: the user whom the input names, else the one whom the connection or the header names.
 * Where the input names several (the two of a direct chat), it is the connection's user if that is one of them, else
 * the first.
 */
function namedId({ actor }: CommandDefinition, input: unknown, namedUserId: number | null): number | null {
  const fields = input as Record<string, number | undefined>;
  let userId: number | null = null;
  for (const field of actor) {
    const named = fields[field];
    if (named !== undefined && (userId === null || named === namedUserId)) userId = named;
  }
  return userId ?? namedUserId;
}

/** The same of input that is not validated yet: whoever it names by what is no id is nobody. */
export function namedInRaw(
  definition: CommandDefinition,
  raw: Record<string, unknown>,
  namedUserId: number | null,
): number | null {
  const named = definition.actor.flatMap((field) => {
    const parsed = Object.hasOwn(raw, field) ? id.safeParse(raw[field]) : null;
    return parsed?.success ? [[field, parsed.data] as const] : [];
  });
  return namedId(definition, Object.fromEntries(named), namedUserId);
}

/**
 * The token alone says who the user is. Whom the input names must be that user, or one of several must.
 *
 * @throws AppError FORBIDDEN
 */
function ownId(
  { actor }: CommandDefinition,
  input: unknown,
  { namedUserId }: Sender,
  { userId }: UserPrincipal,
): number {
  if (namedUserId !== null && namedUserId !== userId) throw new AppError('FORBIDDEN');
  const fields = input as Record<string, number | undefined>;
  let others = false;
  let themselves = false;
  for (const field of actor) {
    const named = fields[field];
    if (named === userId) themselves = true;
    else if (named !== undefined) others = true;
  }
  if (others && !themselves) throw new AppError('FORBIDDEN');
  return userId;
}
