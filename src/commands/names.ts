import {
  type CommandInput,
  type CommandName,
  type Externals,
  externalIn,
  externalsIn,
  withIds,
} from '../contract/index.js';
import type { Call, Command } from './call.js';
import type { ExternalIds, Ids, Reader } from './external-ids/external-ids.js';

type Input = CommandInput<CommandName>;

/** Whom a call names by externalIds, in its input or as its user, and what becomes of the input with their ids. */
export class Names {
  private readonly reader: Reader;
  /** The ids as they were remembered when the call came; null: one of them has to be looked up. */
  private readonly remembered: Ids | null;

  private constructor(
    private readonly externalIds: ExternalIds,
    private readonly call: Call,
    private readonly command: Command,
    /** As it was validated, with externalIds. */
    readonly input: Input,
    private readonly named: Externals,
  ) {
    const { principal } = call;
    this.reader = { userId: principal?.kind === 'user' ? principal.userId : null };
    this.remembered = externalIds.known(named, this.reader);
  }

  /** null: the call names nobody by an externalId. */
  static in(externalIds: ExternalIds, call: Call, command: Command, input: Input): Names | null {
    const { userNamedBy } = call;
    const named = externalsIn(command.name, input);
    if (userNamedBy === null) return named && new Names(externalIds, call, command, input, named);
    const user = new Set([...(named?.user ?? []), userNamedBy]);
    return new Names(externalIds, call, command, input, { user, chat: named?.chat ?? new Set() });
  }

  /** Whether `known` has the input, in the call that brought the command. */
  get areKnown(): boolean {
    return this.remembered !== null;
  }

  /** The input with the ids that are remembered; null: they have to be looked up. */
  known(): Input | null {
    return this.remembered && this.with(this.remembered);
  }

  /** The input with the ids, looked up where they are not remembered. */
  async lookUp(): Promise<Input> {
    return this.with(await this.externalIds.lookUp(this.named, this.reader, this.created()));
  }

  /** Looks all of them up, for what was remembered may be gone. */
  lookUpAgain(): Promise<Input> {
    this.externalIds.forget(this.named, this.reader);
    return this.lookUp();
  }

  private with(ids: Ids): Input {
    const { call, command, input } = this;
    if (call.userNamedBy !== null) call.nameUser(ids(call.userNamedBy, 'user'));
    return withIds(command.name, input, ids);
  }

  /** In open mode: what reads creates only the user who asks. */
  private created(): ReadonlySet<string> {
    const { order, actor } = this.command.definition;
    if (order !== 'read') return this.named.user;
    const fields = this.input as Record<string, unknown>;
    const asking = actor.map((field) => externalIn(fields[field]));
    return new Set([...asking, this.call.userNamedBy].filter((one) => one !== null));
  }
}
