import { attackerAddress } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { Connection, type Endpoint } from '../wire/connection.js';
import { Budget, type Stage } from './stage.js';

/** How much an attacker of bytes writes: the machine it shares with the server must not be full because of it. */
export const FLOOD_BYTES_PER_SECOND = 8_000_000;

/** Most bytes in one write. */
const CHUNK_BYTES = 16_384;

/** Milliseconds before an attacker comes back after its connection was closed; after it was refused. */
const BACK_AFTER_MS = 100;
const BACK_AFTER_REFUSAL_MS = 250;

/** A connection that is still open at the end survived if it was there for this part of the attack. */
const SURVIVING_SHARE = 0.6;

export interface Flooding {
  /** Connections at a time. */
  seats: number;
  /** Opens one; null when it is refused. */
  enter: (seat: number) => Promise<Connection | null>;
  /** What is written again and again, about 16 KB. */
  chunk: Buffer;
  bytesPerSecond?: number;
}

/** Writes without an end. Who is cut off comes back, like any attacker. */
export async function flood(stage: Stage, { seats, enter, chunk, ...options }: Flooding): Promise<void> {
  const budget = new Budget(stage, options.bytesPerSecond ?? FLOOD_BYTES_PER_SECOND);
  const occupy = async (seat: number): Promise<void> => {
    while (!stage.isOver) {
      const connection = await enter(seat);
      if (!connection) {
        await stage.pause(BACK_AFTER_REFUSAL_MS);
        continue;
      }
      while (connection.isOpen && !stage.isOver) {
        connection.write(chunk);
        await stage.inTime(connection.drained());
        await budget.take(chunk.length);
      }
      settle(stage, connection);
      await stage.pause(BACK_AFTER_MS);
    }
  };
  await Promise.all(Array.from({ length: seats }, (_, seat) => occupy(seat)));
}

/** At the end: notes whether a connection that did what it must not was still open, and closes it. */
export function settle(stage: Stage, connection: Connection): void {
  if (!connection.isOpen) return;
  const lasted = performance.now() - connection.openedAt;
  if (lasted >= stage.seconds * 1_000 * SURVIVING_SHARE) stage.tally.survivors++;
  connection.close();
}

/** A packet as often as fits into one write. */
export function chunkOf(frame: Buffer | string): Buffer {
  const bytes = Buffer.from(frame);
  return Buffer.concat(
    Array.from({ length: Math.max(1, Math.floor(CHUNK_BYTES / bytes.length)) }, () => bytes),
  );
}

export interface SocketFlood {
  /** What is sent: a frame. */
  frame: Buffer;
  /** Null: connects without a token. Left out: sends no CONNECT at all. */
  token?: string | null;
  seats?: number;
}

/** Four sockets that write one frame again and again. */
export function floodSockets(stage: Stage, { frame, token, seats = 4 }: SocketFlood): Promise<void> {
  const enter = async (seat: number): Promise<Connection | null> => {
    const endpoint = stage.socketEndpoint(seat);
    const socket =
      token === undefined
        ? await ChatSocket.open(endpoint, stage.tally)
        : await ChatSocket.connect(endpoint, token, stage.tally);
    return socket?.connection ?? null;
  };
  return flood(stage, { seats, enter, chunk: chunkOf(frame) });
}

export interface RequestFlood {
  /** The whole requests, written again and again. */
  requests: string;
  endpoint: (seat: number) => Endpoint;
  seats?: number;
  bytesPerSecond?: number;
  /** Whether the answers are read; default: they are. */
  reads?: boolean;
}

/** Pipelined requests: many in one write, without waiting for an answer. */
export function floodRequests(stage: Stage, options: RequestFlood): Promise<void> {
  const { requests, endpoint, seats = 4, bytesPerSecond = 2_000_000, reads = true } = options;
  const enter = async (seat: number): Promise<Connection | null> => {
    const connection = await Connection.open(endpoint(seat), stage.tally);
    if (connection && reads) connection.onData = (chunk) => countStatuses(stage, chunk);
    if (!reads) connection?.pause();
    return connection;
  };
  return flood(stage, { seats, enter, chunk: chunkOf(requests), bytesPerSecond });
}

/** Counts answers by their status lines; one that is cut by the end of a chunk is missed. */
function countStatuses({ tally }: Stage, chunk: Buffer): void {
  for (const [, status = ''] of chunk.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) {
    if (status < '400') tally.served++;
    else tally.refuse(`HTTP ${status}`);
  }
}

export interface Storm {
  sockets: number;
  tokens: readonly string[];
  /** The command `nth` of a socket; `seat`: the place of its token. */
  ask: (socket: ChatSocket, nth: number, seat: number) => Promise<unknown>;
  /** Commands of a socket that wait for their answers. */
  inFlight?: number;
  /** Of all sockets together. */
  perSecond?: number;
  /** Address of socket `nth`. */
  from?: (nth: number) => string;
}

/** Sockets that ask all the time, as fast as they are answered. Who is cut off comes back. */
export async function storm(stage: Stage, options: Storm): Promise<void> {
  const { sockets, tokens, ask, inFlight = 4, perSecond = 5_000, from = () => attackerAddress() } = options;
  const budget = new Budget(stage, perSecond);
  const occupy = async (nth: number): Promise<void> => {
    const seat = nth % tokens.length;
    const token = tokens[seat] ?? null;
    let asked = 0;
    while (!stage.isOver) {
      const endpoint = stage.socketEndpoint(nth, from(nth));
      const socket = await stage.inTime(ChatSocket.connect(endpoint, token, stage.tally));
      if (!socket) {
        await stage.pause(BACK_AFTER_REFUSAL_MS);
        continue;
      }
      const line = async (): Promise<void> => {
        while (socket.isOpen && !stage.isOver) {
          await budget.take(1);
          await stage.inTime(ask(socket, asked++, seat));
        }
      };
      await Promise.all(Array.from({ length: inFlight }, line));
      socket.close();
    }
  };
  await Promise.all(Array.from({ length: sockets }, (_, nth) => occupy(nth)));
}
