import type { Cpu, Watch } from '../proc.js';
import type { Percentiles } from './histogram.js';

/** How a send names its chat: by the two people, as in the seed protocol, or by the chat's id. */
export type Address = 'receiver' | 'chat';

/**
 * How a client's sends reach the network. `turn`: those that one chunk of answers sets off leave together, which is
 * cheapest. `frame`: a write each, as stock clients do it.
 */
export type Writes = 'turn' | 'frame';

/** What went wrong of all that was asked in a run, warm-up and tail included. */
export interface Faults {
  /** Error acks by their code. */
  errors: Record<string, number>;
  unanswered: number;
  lostConnections: number;
}

/** Sends of one run, from its first to its last; warm-up and tail included. */
export interface Counts extends Faults {
  sent: number;
  acked: number;
  /** Copies that should have arrived at others' sockets and those that did. */
  expectedCopies: number;
  receivedCopies: number;
}

/** What was measured within the window. */
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
  /** What the clients were sent within the window. */
  framesIn: number;
  bytesIn: number;
  counts: Counts;
}

export interface RunParams {
  /** Sends in flight per sender (closed loop); ignored with a rate. */
  inFlight: number;
  /** Messages a second over all senders, on schedule whatever the answers do (open loop). */
  rate: number | null;
  /** So many of those who may send do. */
  senders: number;
  warmupMs: number;
  /** At most: `cut` ends it before. */
  windowMs: number;
  watch: Watch;
}

/** What some clients of a group do over and over, each the next when the last is answered. */
export type Doing =
  /** The first `people` mark each of the messages as seen, one after the other. */
  | { kind: 'seen'; people: number; messageIds: number[] }
  /** The first `people` type and stop typing. */
  | { kind: 'typing'; people: number; times: number }
  /** The first removes a member and takes them in again. */
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

/** What a storm is made of. Everybody watches the `watched` people after them, the last the first. */
export interface Crowd {
  port: number;
  people: number;
  firstUserId: number;
  watched: number;
  /** Milliseconds between the cut and each one's next connect: evenly from the first to the second. */
  away: [number, number];
}

export interface StormResult {
  /** From the first connect to when the last has been answered. */
  backMs: number;
  /** From each one's connect to when all they asked for was answered. */
  each: Percentiles;
  /** Events that reached them meanwhile. */
  pushes: number;
}

/** What a read load asks for, over and over. */
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
  /** Those that were answered with what was asked for. */
  readsPerSecond: number;
  latency: Percentiles;
  /** Rows in an answer, and its size in bytes as it was sent (0 where nothing was sent). */
  rows: number;
  bytes: number;
  faults: Faults;
}

/** What the load generator's process answers. */
export interface LoadOperations {
  openPairs: {
    params: { port: number; pairs: number; firstUserId: number; address: Address };
    result: { connections: number };
  };
  /** Makes a group of people who are all there. The chat is null with a `reason` when the server has no groups. */
  openGroup: {
    params: { port: number; size: number; firstUserId: number };
    result: { chatId: number | null; reason: string };
  };
  openIdle: { params: { port: number; connections: number; firstUserId: number }; result: { lost: number } };
  configure: { params: { writes: Writes }; result: null };
  run: { params: RunParams; result: RunResult };
  /** Ends the window of the run under way. */
  cut: { params: null; result: null };
  /** The first member of the open group sends so many messages; their ids. */
  say: { params: { messages: number }; result: number[] };
  do: { params: { doing: Doing; watch: Watch }; result: DoResult };
  openCrowd: { params: Crowd; result: null };
  /** Everybody's connection is dropped at once. */
  dropCrowd: { params: null; result: null };
  /** Everybody connects after being away, says who they are and watches whom they watched. */
  returnCrowd: { params: Crowd; result: StormResult };
  /**
   * Resolves when nothing has been pushed for `quietMs`: how many events were pushed since the last call, and how many
   * of the crowd's connections are lost.
   */
  settleCrowd: { params: { quietMs: number }; result: { pushes: number; lost: number } };
  read: { params: ReadParams & { port: number }; result: ReadResult };
  /** Closes every connection, after a `userOffline` on each if it is to say goodbye. */
  close: { params: { goodbye: boolean }; result: null };
}
