/** What the proxy did to a frame or a connection. */
export interface Happening {
  fault: 'dropped' | 'doubled' | 'delayed' | 'ack lost' | 'refused' | 'cut' | 'turned away';
  /** The name of the person, or their user id as text; `?` before the connection has said whose it is. */
  person: string;
  /** How many connections this person had before this one since the faults began. */
  connection: number;
  /** The event or command; empty for `cut` and `turned away`. */
  name: string;
}

/** A command, event or answer, as it reached the proxy. */
export interface Passage {
  kind: 'command' | 'event' | 'answer';
  /** Of an answer: the command that it answers. */
  name: string;
  /** The user id; null before the connection has said whose it is. */
  person: number | null;
  /** The argument of a command, or the payload of an event; undefined for an answer. */
  argument: unknown;
}
