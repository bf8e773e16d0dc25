import { Inject, Injectable } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import {
  AppError,
  askerOf,
  type CommandDefinition,
  type CommandName,
  definitionOf,
} from '../../contract/index.js';
import { AccessTokens } from './access-tokens.js';
import type { Actor } from './actor.js';
import { ApiKeys } from './api-keys.js';
import type { Application, Caller, Credentials, Person } from './principal.js';

/** What a connection or request says about who sends it, before its input is read. */
export interface Claim {
  /** The person a socket (`userOnline`) or request (X-User-Id) has named; null: nobody yet. */
  readonly userId: number | null;
  readonly origin: string | null;
  /** Who has proved to be asking; null in open mode, and where nobody needs to. */
  readonly caller: Caller | null;
}

const APPLICATION: Application = { by: 'application' };

/** Says who is asking; never what they may do. */
@Injectable()
export class Identity {
  /** Whether every word of a client is believed. */
  readonly open: boolean;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly keys: ApiKeys,
    private readonly tokens: AccessTokens,
  ) {
    this.open = config.auth.mode === 'open';
  }

  /**
   * Who has proved, by what a request brings, to be asking for a command. null: nobody needs to.
   *
   * @throws AppError UNAUTHENTICATED, FORBIDDEN when the command is not for such a caller, and as
   * `AccessTokens.verify`.
   */
  async callerOf(command: CommandName, { apiKey, bearer }: Credentials): Promise<Caller | null> {
    const who = askerOf(definitionOf(command), this.open);
    if (this.open || who === 'anyone') return null;
    const key = apiKey ?? bearer;
    if (key === null) throw new AppError('UNAUTHENTICATED');
    if (this.keys.has(key)) return APPLICATION;
    if (bearer === null || apiKey !== null) throw new AppError('TOKEN_INVALID');
    const person = await this.tokens.verify(bearer);
    if (who === 'application') throw new AppError('FORBIDDEN');
    return person;
  }

  /**
   * The person who has a token.
   *
   * @throws AppError UNAUTHENTICATED without one, and as `AccessTokens.verify`.
   */
  async bearerOf(token: unknown): Promise<Person> {
    if (typeof token !== 'string' || token === '') throw new AppError('UNAUTHENTICATED');
    return this.tokens.verify(token);
  }

  /**
   * Who asks, given the input: somebody who may use the command, as its definition says.
   *
   * @throws AppError FORBIDDEN for a person who names another one as themselves, or asks for what is the
   * application's; UNAUTHENTICATED where nobody says who the person is; NOT_CONFIGURED for what open mode has not.
   */
  actorOf(command: CommandName, input: unknown, claim: Claim): Actor {
    const definition = definitionOf(command);
    const { caller, origin } = claim;
    const who = askerOf(definition, this.open);
    if (who === 'off') throw new AppError('NOT_CONFIGURED');
    if (who === 'anyone') return { userId: null, origin };
    if (caller === null && !this.open) throw new AppError('UNAUTHENTICATED');
    const userId =
      caller?.by === 'person' ? ownId(definition, input, claim, caller) : namedId(definition, input, claim);
    if (who === 'person' && userId === null) throw new AppError('UNAUTHENTICATED');
    if (who === 'application' && userId !== null) throw new AppError('FORBIDDEN');
    return { userId, origin };
  }
}

/**
 * Open mode and the application: the input's own word, else the connection's or header's. Where the input names
 * several people (the two of a direct chat) the connection's person is the one who asks if they are among them,
 * else the first.
 */
function namedId({ actor }: CommandDefinition, input: unknown, claim: Claim): number | null {
  const fields = input as Record<string, number | undefined>;
  let userId: number | null = null;
  for (const field of actor) {
    const named = fields[field];
    if (named !== undefined && (userId === null || named === claim.userId)) userId = named;
  }
  return userId ?? claim.userId;
}

/**
 * The token alone says who asks. Whom the input names must be that person, or of several one of them.
 *
 * @throws AppError FORBIDDEN
 */
function ownId({ actor }: CommandDefinition, input: unknown, claim: Claim, { userId }: Person): number {
  if (claim.userId !== null && claim.userId !== userId) throw new AppError('FORBIDDEN');
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
