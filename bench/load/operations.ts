import type { Cpu, Watch } from '../proc.js';
import type { Percentiles } from './histogram.js';

/** How a send names its chat: by the two people, as in the seed protocol, or by the chat's id. */
export type Address = 'receiver' | 'chat';

/**
 * How a client's sends reach the network. `turn`: those that one chunk of answers sets off leave together, which is
 * cheapest. `frame`: a write each, as stock clients do it.
 */
export type Writes = 'turn' | 'frame';

/** Sends of one run, from its first to its last; warm-up and tail included. */
export interface Counts {
  sent: number;
  acked: number;
  /** Error acks by their code. */
  errors: Record<string, number>;
  unanswered: number;
  /** Copies that should have arrived at others' sockets and those that did. */
  expectedCopies: number;
  receivedCopies: number;
  lostConnections: number;
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
  warmupMs: number;
  windowMs: number;
  watch: Watch;
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
  readsPerSecond: number;
  latency: Percentiles;
  /** Rows in an answer, and its size in bytes as it was sent (0 where nothing was sent). */
  rows: number;
  bytes: number;
}

/** What the load generator's process answers. */
export interface LoadOperations {
  openPairs: {
    params: { port: number; pairs: number; firstUserId: number; address: Address };
    result: { connections: number };
  };
  /**
   * A `chatId` that is given is a group that is there; else one is made. The answer's is null with a `reason` when
   * the server has no groups.
   */
  openGroup: {
    params: { port: number; size: number; firstUserId: number; chatId: number | null };
    result: { chatId: number | null; reason: string };
  };
  openIdle: { params: { port: number; connections: number; firstUserId: number }; result: { lost: number } };
  configure: { params: { writes: Writes }; result: null };
  run: { params: RunParams; result: RunResult };
  read: { params: ReadParams & { port: number }; result: ReadResult };
  close: { params: null; result: null };
}
