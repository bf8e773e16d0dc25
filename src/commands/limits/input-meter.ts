import type { IncomingMessage } from 'node:http';
import type { LimitsConfig } from '../../config/config.js';
import type { Rate } from '../../config/rate.js';
import { Bucket } from './bucket.js';
import { RateLimiter } from './rate-limiter.js';

/**
 * Counts what one connection sends, in the call that reads it and before anything is parsed: frames of every opcode,
 * packets of every type.
 */
export interface InputMeter {
  /** Counts frames and bytes. False: it is too much, and the connection has to be destroyed at once. */
  take(frames: number, bytes: number): boolean;
  /** The connection is closed. */
  end(): void;
}

/**
 * How often the limits of commands may be exceeded before a connection is destroyed. Up to there commands are refused
 * with an answer that says when to come back; a client that keeps to it never gets here.
 */
const TOLERANCE = 2;

/** Frames that any connection may send in ten seconds, however low its limits are: heartbeats, CONNECT, a few refusals. */
const FEWEST_FRAMES = 1_000;

const FRAMES_WITHIN_MS = 10_000;

/** A connection takes from the bounds of its user in parts of that size, so that a message costs nothing more. */
const PARTS = 64;

interface Counted {
  frames: Bucket;
  bytes: Bucket;
}

/** What the connections of one address share. */
interface Address extends Counted {
  connections: number;
}

/** Whose a connection is by now; null: nobody's yet. */
export type OwnerOf = () => number | null;

/**
 * The bounds of what connections, users and addresses may send, whatever it is: twice what the limits of commands allow. The
 * counts of an address are kept while it has a connection. A new connection has a limit of its own until its user is known,
 * and then that of its user besides, which all of their connections share.
 */
export class InputMeters {
  private readonly addresses = new Map<string, Address>();
  private readonly users: RateLimiter<'frames' | 'bytes'>;
  /** By the request that a session began with. */
  private readonly owners = new WeakMap<IncomingMessage, OwnerOf>();
  private readonly rates: Record<'frames' | 'bytes', Rate>;

  constructor(private readonly limits: LimitsConfig) {
    const { message, typing, createChat, other, bytes } = limits.person;
    const commands = message.points + typing.points + createChat.points + other.points;
    const points = Math.max(FEWEST_FRAMES, TOLERANCE * commands);
    this.rates = { frames: { ...other, points, durationMs: FRAMES_WITHIN_MS }, bytes: tolerated(bytes) };
    this.users = new RateLimiter(this.rates);
  }

  /** The meter of a new connection of the session that began with this request. */
  of(address: string, session: IncomingMessage): InputMeter {
    const shared = this.addresses.get(address) ?? this.begin(address);
    shared.connections++;
    const { frames, bytes } = this.rates;
    const own = { frames: new Bucket(frames), bytes: new Bucket(bytes) };
    return new Meter(own, this.userOf(session), shared, () => this.left(address, shared));
  }

  /** Says whose a session is. */
  belongs(session: IncomingMessage, owner: OwnerOf): void {
    this.owners.set(session, owner);
  }

  /** Takes what a session sends from what its user may send, some of it at a time. False: it is too much. */
  private userOf(session: IncomingMessage): Meter['ofUser'] {
    const { rates, users, owners } = this;
    const [someFrames, someBytes] = [rates.frames.points / PARTS, rates.bytes.points / PARTS];
    let [frames, bytes] = [0, 0];
    return (moreFrames, moreBytes, now) => {
      frames += moreFrames;
      bytes += moreBytes;
      if (frames < someFrames && bytes < someBytes) return true;
      const userId = owners.get(session)?.() ?? null;
      const fits =
        userId === null ||
        (users.take(userId, 'frames', frames, now) === 0 && users.take(userId, 'bytes', bytes, now) === 0);
      frames = bytes = 0;
      return fits;
    };
  }

  private begin(address: string): Address {
    const { commands, bytes } = this.limits.address;
    const begun = {
      frames: new Bucket(tolerated(commands)),
      bytes: new Bucket(tolerated(bytes)),
      connections: 0,
    };
    this.addresses.set(address, begun);
    return begun;
  }

  private left(address: string, shared: Address): void {
    if (--shared.connections === 0) this.addresses.delete(address);
  }
}

class Meter implements InputMeter {
  private isOpen = true;

  constructor(
    private readonly own: Counted,
    private readonly ofUser: (frames: number, bytes: number, now: number) => boolean,
    private readonly address: Counted,
    private readonly left: () => void,
  ) {}

  take(frames: number, bytes: number): boolean {
    const now = performance.now();
    const { own, address } = this;
    // An address is not charged for what its connection may not send: others share it.
    if (!own.frames.take(frames, now) || !own.bytes.take(bytes, now)) return false;
    if (!this.ofUser(frames, bytes, now)) return false;
    const framesFit = address.frames.take(frames, now);
    return address.bytes.take(bytes, now) && framesFit;
  }

  end(): void {
    if (this.isOpen) this.left();
    this.isOpen = false;
  }
}

function tolerated(rate: Rate): Rate {
  return { ...rate, points: TOLERANCE * rate.points };
}
