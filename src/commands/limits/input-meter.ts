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

/** A connection counts for its user a sixty-fourth of the bounds at a time, so that a message costs nothing more. */
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
    const user = new UserMeter(this.users, this.rates, () => this.owners.get(session)?.() ?? null);
    return new Meter(own, user, shared, () => this.left(address, shared));
  }

  /** Says whose a session is. */
  belongs(session: IncomingMessage, owner: OwnerOf): void {
    this.owners.set(session, owner);
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

/** What one connection counts for its user. */
class UserMeter {
  /** Not counted yet. */
  private frames = 0;
  private bytes = 0;
  /** The first that the user sends is counted at once: by then all may be used up. */
  private hasBegun = false;

  constructor(
    private readonly users: RateLimiter<'frames' | 'bytes'>,
    private readonly rates: Record<'frames' | 'bytes', Rate>,
    private readonly owner: OwnerOf,
  ) {}

  /** False: all connections of the user together have sent too much. */
  take(frames: number, bytes: number, now: number): boolean {
    this.frames += frames;
    this.bytes += bytes;
    const { rates } = this;
    const isLittle = this.frames < rates.frames.points / PARTS && this.bytes < rates.bytes.points / PARTS;
    return (this.hasBegun && isLittle) || this.count(now);
  }

  /** Who connects again and again is not spared what is left. */
  end(): void {
    this.count(performance.now());
  }

  private count(now: number): boolean {
    const { users, frames, bytes } = this;
    const userId = this.owner();
    this.frames = this.bytes = 0;
    this.hasBegun = userId !== null;
    if (userId === null) return true;
    return users.take(userId, 'frames', frames, now) === 0 && users.take(userId, 'bytes', bytes, now) === 0;
  }
}

class Meter implements InputMeter {
  private isOpen = true;

  constructor(
    private readonly own: Counted,
    private readonly user: UserMeter,
    private readonly address: Counted,
    private readonly left: () => void,
  ) {}

  take(frames: number, bytes: number): boolean {
    const now = performance.now();
    const { own, address } = this;
    // An address is not charged for what its connection may not send: others share it.
    if (!own.frames.take(frames, now) || !own.bytes.take(bytes, now)) return false;
    if (!this.user.take(frames, bytes, now)) return false;
    const framesFit = address.frames.take(frames, now);
    return address.bytes.take(bytes, now) && framesFit;
  }

  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.user.end();
    this.left();
  }
}

function tolerated(rate: Rate): Rate {
  return { ...rate, points: TOLERANCE * rate.points };
}
