import type { CommandInput, CommandName } from '../contract/index.js';
import type { Actor } from './identity/actor.js';

/** Where a request comes from, for the few services that have to know. */
export interface Client {
  /** As rate limits count it. */
  address: string;
  /** The header User-Agent; null without one. */
  userAgent: string | null;
  /** Whether it came over TLS, to this server or to a trusted proxy. */
  overTls: boolean;
  /** Whether it is a page of this server whose browser keeps its refresh token in a cookie. */
  keepsCookie: boolean;
}

/** A command as its handler gets it, on both edges: validated input, and the actor in whose name it runs. */
export interface CommandRequest<C extends CommandName> {
  actor: Actor;
  input: CommandInput<C>;
}
