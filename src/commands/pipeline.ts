import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { toAppError } from '../common/errors/failure.js';
import {
  AppError,
  type CommandCost,
  type CommandInput,
  type CommandName,
  costOf,
  limitOf,
  parseInput,
} from '../contract/index.js';
import type { Call, Command } from './call.js';
import { Deadlines } from './deadlines.js';
import { ExternalIds } from './external-ids/external-ids.js';
import { Idempotency } from './idempotency/idempotency.js';
import type { Actor } from './identity/actor.js';
import { Identity } from './identity/identity.js';
import { Limits } from './limits/limits.js';
import { Names } from './names.js';
import type { CommandRequest } from './request.js';
import { FairShare } from './share/fair-share.js';

/**
 * The stages of every command, in this order, on both edges. When a stage refuses a command, the later ones never see
 * it. Something that concerns every command becomes a stage here, and stands nowhere else.
 */
export const STAGES = {
  arrive: 'The address is counted: one command, and its bytes. Over REST before the body is read.',
  authenticate: 'The principal is verified: at the handshake on sockets, by each request over REST.',
  count: 'The command counts against the rate limit of its user, else of the socket or the address.',
  parse:
    'The input is validated, and converted to the form that services take. If it asks for much, it counts for more.',
  order: 'On sockets the command waits for the earlier writes of its socket.',
  name: 'Users and chats that it names as `external:<externalId>` are looked up; for a read when it is shared.',
  identify: 'The actor is found: the command runs in their name.',
  share:
    'A read waits for one of the four places of its user at this node, and then for one of its address; a write for one of as many others, a message for one of its address only. What asks for much takes up to three. Reads also wait for earlier answers.',
  repeat: 'A command with a key that was used before is answered with what it was about, and not run again.',
  run: 'The handler calls the service.',
  answer: 'The result or error goes back: once, within `ANSWER_WITHIN_MS`.',
} as const;

/**
 * Takes commands through the stages.
 *
 * On sockets everything up to the handler's first await happens in the call that brought the frame, unless the command
 * has to wait for its turn: so handlers start in the order of the frames.
 */
@Injectable()
export class CommandPipeline implements OnApplicationShutdown {
  private readonly deadlines = new Deadlines();
  private readonly share: FairShare;

  constructor(
    private readonly identity: Identity,
    private readonly limits: Limits,
    private readonly idempotency: Idempotency,
    private readonly externalIds: ExternalIds,
  ) {
    this.share = new FairShare(limits);
  }

  onApplicationShutdown(): void {
    this.deadlines.stop();
  }

  /** Never throws: an error becomes the call's answer. */
  handle(call: Call): void {
    try {
      call.arrive();
      const { command, credentials } = call;
      if (!command) throw this.unknown(call);
      if (credentials === null || this.identity.open) this.admit(call, command);
      else this.authenticate(call, command, credentials);
    } catch (error) {
      this.refuse(call, error);
    }
  }

  /** Calls that wait for an answer. */
  unanswered(): Call[] {
    return this.deadlines.unanswered();
  }

  private unknown(call: Call): AppError {
    this.count(call, null);
    return call.unreadable ?? new AppError('UNKNOWN_COMMAND');
  }

  private authenticate(call: Call, command: Command, credentials: NonNullable<Call['credentials']>): void {
    this.deadlines.add(call);
    this.identity
      .authenticate(command.name, credentials)
      .then((principal) => {
        call.authenticated(principal);
        this.admit(call, command);
      })
      .catch((error: unknown) => this.refuse(call, error));
  }

  /** @throws AppError RATE_LIMITED, VALIDATION_FAILED, PAYLOAD_REFUSED, OVERLOADED */
  private admit(call: Call, command: Command): void {
    this.count(call, command);
    const raw = call.rawInput();
    const input = parseInput(command.name, raw);
    // Input that is handed on as it came has ids only: nothing is spent on it.
    const isPlain = input === raw && call.userNamedBy === null;
    const names = isPlain ? null : Names.in(this.externalIds, call, command, input);
    const { cost } = command.definition;
    if (cost !== undefined) this.charge(call, command, cost, input);
    // Only now: a refused flood leaves nothing behind.
    if (call.credentials === null || this.identity.open) this.deadlines.add(call);
    // While ids are looked up, what comes later waits: so sends keep their order.
    call.enter(() => this.start(call, command, input, names), names !== null && !names.areKnown);
  }

  /** Counts the command, or with `more` what it asks for beyond the one that was counted before. */
  private count(call: Call, command: Command | null, more = 0): void {
    if (!this.limits.on) return;
    const key = call.countedAs();
    if (key === null) return;
    const { address, bytes } = call;
    const limit = limitOf(command?.definition);
    try {
      if (more === 0) this.limits.command(limit, key, address, bytes);
      else this.limits.more(limit, key, address, more);
    } finally {
      const status = call.tellLimits ? this.limits.status(limit, key, address) : null;
      if (status !== null) call.tellLimits?.(status);
    }
  }

  private charge(call: Call, command: Command, cost: CommandCost, input: CommandInput<CommandName>): void {
    const more = costOf(cost, input) - 1;
    if (more > 0) this.count(call, command, more);
  }

  /** Called when it is the command's turn: an earlier `userOnline` of the socket has set the user by now. */
  private start(call: Call, command: Command, input: CommandInput<CommandName>, names: Names | null): void {
    if (call.answered) {
      // It waited too long and was answered UNAVAILABLE, so it must not run any more.
      call.leave();
      return;
    }
    let outcome: Promise<unknown>;
    try {
      outcome =
        names === null
          ? this.begin(call, command, input)
          : this.inTurn(call, command, input, () => this.runNamed(call, command, names));
    } catch (error) {
      outcome = Promise.reject(error);
    }
    outcome.then(
      (result) => {
        call.succeed(result);
        this.leave(call);
      },
      (error: unknown) => {
        this.refuse(call, error);
        this.leave(call);
      },
    );
  }

  private leave(call: Call): void {
    call.leave();
    if (call.holdsPlace) this.share.leaveSend(call.address);
  }

  private begin(call: Call, command: Command, input: CommandInput<CommandName>): Promise<unknown> {
    const actor = this.identity.actorOf(command.name, input, call);
    const request = { actor, input };
    return this.inTurn(call, command, input, () => this.run(call, command, request));
  }

  /**
   * Runs a command with the ids of those whom it names. Where it does not find what was remembered (a chat that was
   * deleted, its externalId given to another one), it has changed nothing, and runs again with what is there now.
   */
  private async runNamed(call: Call, command: Command, names: Names): Promise<unknown> {
    const known = names.known();
    if (known === null) return this.runUnlessLate(call, command, names, names.lookUp());
    try {
      return await this.runAs(call, command, names, known);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
      return this.runUnlessLate(call, command, names, names.lookUpAgain());
    }
  }

  /** While it was looked up, the command may have been answered UNAVAILABLE: then it does not run. */
  private async runUnlessLate(
    call: Call,
    command: Command,
    names: Names,
    lookUp: Promise<CommandInput<CommandName>>,
  ): Promise<unknown> {
    const input = await lookUp;
    return call.answered ? undefined : this.runAs(call, command, names, input);
  }

  private runAs(
    call: Call,
    command: Command,
    { input: asked }: Names,
    input: CommandInput<CommandName>,
  ): Promise<unknown> {
    const actor = this.identity.actorOf(command.name, input, call);
    return this.run(call, command, { actor, input }, asked);
  }

  /** Runs a command when it is its turn. The application does not wait, as it has no limits. */
  private inTurn(
    call: Call,
    { definition: { order, cost } }: Command,
    input: CommandInput<CommandName>,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const key = call.countedAs();
    if (key === null) return work();
    // Those who have no user yet come to be one by a write: an office behind one address logs in at once.
    if (order === 'write' && typeof key === 'string') return work();
    if (order === 'send') {
      if (!this.limits.on) return work();
      call.holdsPlace = this.share.takeSend(call.address);
      if (call.holdsPlace) return work();
    }
    const asking = {
      key,
      address: call.address,
      order,
      cost: cost === undefined ? 1 : costOf(cost, input),
      // It waited too long and was answered UNAVAILABLE.
      isOver: () => call.answered,
    };
    return this.share.run(asking, work);
  }

  /** A repeat is the same command as it was asked: whom an externalId stood for may have been erased since. */
  private run(
    call: Call,
    { name, definition }: Command,
    request: CommandRequest<CommandName>,
    asked: unknown = request.input,
  ): Promise<unknown> {
    const { actor, input } = request as { actor: Actor; input: unknown };
    return definition.order === 'write'
      ? this.idempotency.run(name, actor, { input, asked }, () => call.run(request))
      : Promise.resolve(call.run(request));
  }

  private refuse(call: Call, thrown: unknown): void {
    call.fail(toAppError(thrown), thrown);
  }
}
