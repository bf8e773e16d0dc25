import type { Text } from '../encoding/envelope.js';

/** Whom a text is for: each socket once that is in one of `rooms` and in none of `except`. */
export interface Target {
  /** None: every socket. */
  rooms: readonly string[];
  /** Rooms, or the ids of single sockets. */
  except: readonly string[];
  /** Other nodes that have sockets in this room deliver it to nobody. */
  unless: string | null;
}

/** What is to be done with each socket that is in one of the rooms `of` and in none of `except`. */
export type Order = { of: readonly string[]; except?: readonly string[] } & (
  { do: 'join' | 'leave'; rooms: readonly string[] } | { do: 'disconnect'; close: boolean }
);

/** The sockets of this node, as a broker reaches them. */
export interface LocalSockets {
  /** Rooms with sockets here, each socket's own left out. */
  hosted(): Iterable<string>;
  /** Whether it is one of `hosted`. */
  has(room: string): boolean;
  /** Whether it is the own room of a socket here: no other node has to know of it. */
  isSocket(room: string): boolean;
  /** Delivers a text that another node has published. */
  deliver(text: Text, rooms: readonly string[], except: readonly string[]): void;
  /** Does what another node has ordered. */
  obey(order: Order): void;
}

/** What a broker tells of its losses. */
export interface BrokerEvents {
  /**
   * This node was cut off from the others, or has just come: it hears every room again from now on. What was ordered
   * meanwhile is lost. When it rejects, the broker connects anew.
   */
  restored(): Promise<void>;
  /** Sockets here, in these rooms or all, may have missed texts and orders of another node. */
  missed(rooms: ReadonlySet<string> | null): void;
  /**
   * Other nodes may not have heard what was published here since that moment of `performance.now()`, and hear this node
   * again. Their brokers say `missed`.
   */
  lost(since: number): void;
}

/**
 * Carries texts and orders of this node to the sockets of all other nodes, and theirs to the sockets here. This node's
 * own sockets are none of its business: whoever publishes has served them.
 *
 * What every broker promises:
 *
 * - A text comes to each other node once that has sockets in one of its rooms, however many of the rooms it has.
 * - What one node publishes and orders to one room is heard in that order.
 * - No method waits for other nodes or throws because of them. Texts may get lost, but not in silence: `missed` is said
 *   at the nodes that may have missed some, `lost` at the node that published them.
 */
export abstract class Broker {
  /** Called once, before the first socket. */
  abstract start(sockets: LocalSockets, events: BrokerEvents): void;

  abstract publish(text: Text, target: Target): void;

  abstract order(order: Order): void;

  /** A room has its first socket here, or has lost its last. */
  abstract roomChanged(room: string): void;

  /**
   * Resolves when all that other nodes publish to these rooms from then on comes here, or when that can't be said in
   * time. Null: it does already.
   */
  abstract heard(rooms: Iterable<string>): Promise<void> | null;
}
