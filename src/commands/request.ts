import type { CommandInput, CommandName } from '../contract/index.js';
import type { Actor } from './identity/actor.js';

/** A command as its handler gets it, on both edges: validated input, and the actor in whose name it runs. */
export interface CommandRequest<C extends CommandName> {
  actor: Actor;
  input: CommandInput<C>;
}
