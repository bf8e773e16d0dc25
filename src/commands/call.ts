import type { CommandMetric } from '../common/metrics/command-metrics.js';
import type { AppError, CommandDefinition, CommandName } from '../contract/index.js';
import type { Credentials, Principal } from './identity/principal.js';
import type { Sender } from './identity/identity.js';
import type { LimitStatus } from './limits/rate-limiter.js';
import type { CommandRequest } from './request.js';

/** A command of the contract. */
export interface Command {
  readonly name: CommandName;
  readonly definition: CommandDefinition;
}

/**
 * One command on its way through the pipeline, answered exactly once. Each edge has a subclass, which brings the
 * request and carries the answer back.
 */
export abstract class Call implements Sender {
  answered = false;
  /** Whether it has a place of its address, which it leaves when it is done. */
  holdsPlace = false;
  /** Time of arrival, by performance.now(). */
  readonly since = performance.now();

  constructor(
    /** null: unknown command. */
    readonly command: Command | null,
    private readonly metric: CommandMetric,
  ) {}

  abstract readonly principal: Principal | null;
  abstract readonly namedUserId: number | null;

  /** The externalId by which the request names its user, beside its input; null: by none. */
  get userNamedBy(): string | null {
    return null;
  }

  /** Says which user that is. */
  nameUser(_userId: number): void {}

  abstract readonly origin: string | null;

  /**
   * The stage `arrive`, unless the edge has done it before it knew of a call.
   *
   * @throws AppError RATE_LIMITED; UNAVAILABLE for a socket that is being closed.
   */
  abstract arrive(): void;

  /** Credentials to verify first; null where the connection has proved its principal. Not used in open mode. */
  abstract readonly credentials: Credentials | null;

  /** Sets the principal. Called only when there are credentials. */
  abstract authenticated(principal: Principal | null): void;

  /** The client's address. */
  abstract readonly address: string;

  /** The size of the command as it is counted. */
  abstract readonly bytes: number;

  /**
   * What the limit of the command is counted against: the user's id; without a user the id of the socket, a value of the
   * input (`countedBy`), or the address. null: not counted.
   *
   * @throws AppError VALIDATION_FAILED
   */
  abstract countedAs(): string | number | null;

  /** Reports to the sender what is left of the limit it was counted against, where the edge can. */
  tellLimits?(status: LimitStatus): void;

  /** What is wrong with a call that names no command, where its form is wrong already; null: its name is unknown. */
  get unreadable(): AppError | null {
    return null;
  }

  /** The input as received. @throws AppError when it cannot be an input. */
  abstract rawInput(): unknown;

  /**
   * Calls `start` when it is this command's turn on its socket. With `delays` what comes behind it waits for it, as for a
   * write.
   *
   * @throws AppError OVERLOADED
   */
  abstract enter(start: () => void, delays: boolean): void;

  /** Lets the commands behind it start. */
  abstract leave(): void;

  /** Calls the edge's handler, which is one line over the service. */
  abstract run(request: CommandRequest<CommandName>): unknown;

  protected abstract sendResult(result: unknown): void;

  /** `thrown` is what was thrown originally. */
  protected abstract sendError(error: AppError, thrown: unknown): void;

  succeed(result: unknown): void {
    if (this.answered) return;
    this.answered = true;
    this.metric.succeeded(this.since);
    this.sendResult(result);
  }

  fail(error: AppError, thrown: unknown = error): void {
    if (this.answered) return;
    this.answered = true;
    this.metric.failed(error.code, this.since);
    this.sendError(error, thrown);
  }
}
