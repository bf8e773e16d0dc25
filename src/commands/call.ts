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

/** Who is counted for a command, and where it comes from. */
export interface Counted {
  /** A user's id; else what stands for whoever has none: their socket, or their address. */
  key: string | number;
  address: string;
  bytes: number;
}

/**
 * One command on its way through the pipeline, answered exactly once. Each edge has its own: it brings what came over
 * the wire, and carries the answer back.
 */
export abstract class Call implements Sender {
  answered = false;
  /** When it arrived, by performance.now(). */
  readonly since = performance.now();

  constructor(
    /** null: there is no such command. */
    readonly command: Command | null,
    private readonly metric: CommandMetric,
  ) {}

  abstract readonly principal: Principal | null;
  abstract readonly namedUserId: number | null;
  abstract readonly origin: string | null;

  /**
   * `arrive`, where it has not been done before the edge knew of a call.
   *
   * @throws AppError RATE_LIMITED; UNAVAILABLE for a socket that is being closed.
   */
  abstract arrive(): void;

  /** What has to be verified first; null where the connection has proved who is there, and in open mode. */
  abstract readonly credentials: Credentials | null;

  /** From now on it is this principal's. Called only where there are credentials. */
  abstract authenticated(principal: Principal | null): void;

  /** null: nobody is counted. @throws AppError VALIDATION_FAILED */
  abstract counted(): Counted | null;

  /** Tells the sender what is left of the limit it was counted against, where the edge has a way to. */
  tellLimits?(status: LimitStatus): void;

  /** The input as it came. @throws AppError where it can't be one. */
  abstract rawInput(): unknown;

  /** Calls `start` in its turn among the commands of its socket. @throws AppError OVERLOADED */
  abstract enter(start: () => void): void;

  /** Lets the commands behind it go on. */
  abstract leave(): void;

  /** The handler of the edge, which is one line over the service. */
  abstract run(request: CommandRequest<CommandName>): unknown;

  protected abstract sendResult(result: unknown): void;

  /** `thrown` is what the error was made of. */
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
