import type { Text } from '../encoding/envelope.js';

/** Where an event stands among the changes of its chat. */
export interface Place {
  chatId: number;
  version: number;
  /** False: the event tells of the chat at that version, as a receipt does, and is no change of it. */
  raises: boolean;
}

/** The readers of a text: each socket that is in one of `rooms` and in none of `except`, once. */
export interface Target {
  /** Empty: every socket. */
  rooms: readonly string[];
  /** Rooms, or the ids of single sockets. */
  except: readonly string[];
  /** Other nodes that have sockets in this room do not deliver it. */
  unless: string | null;
  /** Each node delivers the events of a chat in the order of their versions. Null: it belongs to no chat. */
  place: Place | null;
}

/**
 * What to do with each socket that is in one of the rooms `of` and in none of `except`. `at`: the version of the chat
 * whose change gave the order, which is carried out in its place among the events; nodes of an earlier release neither
 * send nor read it. `look`: tokens were revoked, and the node should look which; it would do that by itself soon.
 */
export type Order = { of: readonly string[]; except?: readonly string[] } & (
  | { do: 'join' | 'leave'; rooms: readonly string[]; at?: number }
  | { do: 'disconnect'; close: boolean }
  | { do: 'look' }
);

/** The sockets of this node, as a broker reaches them. */
export interface LocalSockets {
  /** Rooms with sockets here, except each socket's own room. */
  hosted(): Iterable<string>;
  /** Whether it is one of `hosted`. */
  has(room: string): boolean;
  /** Whether it is the own room of a socket here: other nodes need not know it. */
  isSocket(room: string): boolean;
  /** Delivers a text that another node has published. */
  deliver(text: Text, rooms: readonly string[], except: readonly string[], place: Place | null): void;
  /** Carries out an order of another node. */
  obey(order: Order): void;
}

/** How a broker reports losses. */
export interface BrokerEvents {
  /**
   * This node was cut off from the others, or has just started: from now on it receives every room again. Orders given
   * meanwhile are lost. When it rejects, the broker reconnects.
   */
  restored(): Promise<void>;
  /** Sockets here (in these rooms; null: all) may have missed texts and orders of another node. */
  missed(rooms: ReadonlySet<string> | null): void;
  /**
   * Other nodes may have missed what was published here since this time of `performance.now()`, and receive this node
   * again. Their brokers call `missed`.
   */
  lost(since: number): void;
}

/**
 * Carries texts and orders of this node to the sockets of all other nodes, and theirs to the sockets here. It does not
 * serve this node's own sockets: the publisher has done that already.
 *
 * What every broker promises:
 *
 * - A text arrives once at each other node that has sockets in its rooms, in however many of them.
 * - What one node publishes and orders to one room arrives in that order.
 * - No method waits for other nodes or throws because of them. Texts may get lost, but not in silence: `missed` is
 *   called on the nodes that may have missed some, `lost` on the node that published them.
 */
export abstract class Broker {
  /** Called once, before the first socket. */
  abstract start(sockets: LocalSockets, events: BrokerEvents): void;

  abstract publish(text: Text, target: Target): void;

  abstract order(order: Order): void;

  /** A room has its first socket here, or has lost its last. */
  abstract roomChanged(room: string): void;

  /**
   * Resolves when everything that other nodes publish to these rooms from then on arrives here, or when that takes too
   * long. Null: it arrives already.
   */
  abstract heard(rooms: Iterable<string>): Promise<void> | null;
}
