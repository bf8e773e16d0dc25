import type { Cpu, Watch } from '../proc.js';
import type { Percentiles } from './histogram.js';

/** How a send names its chat: by its two users, as in the seed protocol, or by its id. */
export type Address = 'receiver' | 'chat';

/**
 * How a client writes its sends. `turn`: all sends triggered by one chunk of answers go out in one write, which is the
 * cheapest. `frame`: one write for each, as stock clients do.
 */
export type Writes = 'turn' | 'frame';

/** The failures of a run, with warm-up and tail. */
export interface Faults {
  /** Error acks by their code. */
  errors: Record<string, number>;
  unanswered: number;
  lostConnections: number;
}

/** The sends of a run, with warm-up and tail. */
export interface Counts extends Faults {
  sent: number;
  acked: number;
  /** Copies that should have arrived at other sockets, and copies that did. */
  expectedCopies: number;
  receivedCopies: number;
}

/** The measurements within the window. */
export interface RunResult {
  windowMs: number;
  /** Messages whose ack arrived within the window. */
  messages: number;
  /** Copies that others received within the window. */
  copies: number;
  ack: Percentiles;
  receive: Percentiles;
  /** From the send to the last of its copies. */
  last: Percentiles;
  cpu: Cpu;
  /** Bytes that the clients received within the window. */
  framesIn: number;
  bytesIn: number;
  counts: Counts;
}

export interface RunParams {
  /** Sends in flight per sender (closed loop); ignored with a rate. */
  inFlight: number;
  /** Messages a second over all senders, on schedule even if answers are late (open loop). */
  rate: number | null;
  /** How many of the members send. */
  senders: number;
  warmupMs: number;
  /** At most this long; `cut` ends it earlier. */
  windowMs: number;
  watch: Watch;
}

/** What some members of a group do repeatedly, each the next command when the last is answered. */
export type Doing =
  /** The first `people` mark each of the messages as seen, one after the other. */
  | { kind: 'seen'; people: number; messageIds: number[] }
  /** The first `people` type and stop typing. */
  | { kind: 'typing'; people: number; times: number }
  /** The first removes a member and adds them again. */
  | { kind: 'members'; memberId: number; times: number };

export interface DoResult {
  /** Those that were answered. */
  commands: number;
  ms: number;
  /** Of the commands by their name. */
  answers: Record<string, Percentiles>;
  faults: Faults;
  /** Events that reached a socket. */
  pushes: number;
  cpu: Cpu;
}

/** The crowd of a storm. Each user watches the `watched` users after them; after the last comes the first. */
export interface Crowd {
  port: number;
  people: number;
  firstUserId: number;
  watched: number;
  /** Milliseconds from the cut to the reconnect of each user: evenly spread from the first value to the second. */
  away: [number, number];
}

export interface StormResult {
  /** From the first connect to the last answer. */
  backMs: number;
  /** From each user's connect to the last answer to them. */
  each: Percentiles;
  /** Events that they received meanwhile. */
  pushes: number;
}

/** What a read load requests repeatedly. */
export type Reading =
  | { kind: 'history'; userId: number; chatId: number; lastSeq: number; limit: number }
  | { kind: 'chatList'; userId: number };

export interface ReadParams {
  reading: Reading;
  connections: number;
  warmupMs: number;
  windowMs: number;
}

export interface ReadResult {
  /** Successful answers. */
  readsPerSecond: number;
  latency: Percentiles;
  /** Rows in an answer, and its size in bytes on the wire (0 if nothing was sent). */
  rows: number;
  bytes: number;
  faults: Faults;
}

/** The operations of the load generator's process. */
export interface LoadOperations {
  openPairs: {
    params: { port: number; pairs: number; firstUserId: number; address: Address };
    result: { connections: number };
  };
  /** Creates a group whose members are all connected. If the server has no groups, the chat is null with a `reason`. */
  openGroup: {
    params: { port: number; size: number; firstUserId: number };
    result: { chatId: number | null; reason: string };
  };
  openIdle: { params: { port: number; connections: number; firstUserId: number }; result: { lost: number } };
  configure: { params: { writes: Writes }; result: null };
  run: { params: RunParams; result: RunResult };
  /** Ends the window of the current run. */
  cut: { params: null; result: null };
  /** The first member of the open group sends this many messages. Returns their ids. */
  say: { params: { messages: number }; result: number[] };
  do: { params: { doing: Doing; watch: Watch }; result: DoResult };
  openCrowd: { params: Crowd; result: null };
  /** Drops all connections at once. */
  dropCrowd: { params: null; result: null };
  /** Everybody reconnects, identifies and watches the same users as before. */
  returnCrowd: { params: Crowd; result: StormResult };
  /**
   * Resolves when no event has come for `quietMs`. Returns how many events came since the last call, and how many of
   * the crowd's connections are lost.
   */
  settleCrowd: { params: { quietMs: number }; result: { pushes: number; lost: number } };
  read: { params: ReadParams & { port: number }; result: ReadResult };
  /** Closes every connection; with `goodbye`, after a `userOffline` on each. */
  close: { params: { goodbye: boolean }; result: null };
}
