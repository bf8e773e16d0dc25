import type { LimitsConfig } from '../../config/config.js';
import type { Rate } from '../../config/rate.js';
import { Bucket } from './bucket.js';

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

interface Counted {
  frames: Bucket;
  bytes: Bucket;
}

/** What the connections of one address share. */
interface Address extends Counted {
  connections: number;
}

/**
 * The bounds of what connections and addresses may send, whatever it is: twice what the limits of commands allow. The
 * counts of an address are kept while it has a connection; new connections have their own limit.
 */
export class InputMeters {
  private readonly addresses = new Map<string, Address>();
  private readonly frames: number;

  constructor(private readonly limits: LimitsConfig) {
    const { message, typing, createChat, other } = limits.person;
    const commands = message.points + typing.points + createChat.points + other.points;
    this.frames = Math.max(FEWEST_FRAMES, TOLERANCE * commands);
  }

  /** The meter of a new connection. */
  of(address: string): InputMeter {
    const shared = this.addresses.get(address) ?? this.begin(address);
    shared.connections++;
    return new Meter(this.own(), shared, () => this.left(address, shared));
  }

  private own(): Counted {
    const { bytes } = this.limits.person;
    return {
      frames: new Bucket({ points: this.frames, durationMs: FRAMES_WITHIN_MS }),
      bytes: new Bucket(tolerated(bytes)),
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
    private readonly address: Counted,
    private readonly left: () => void,
  ) {}

  take(frames: number, bytes: number): boolean {
    const now = performance.now();
    const { own, address } = this;
    // An address is not charged for what its connection may not send: others share it.
    if (!own.frames.take(frames, now) || !own.bytes.take(bytes, now)) return false;
    const framesFit = address.frames.take(frames, now);
    return address.bytes.take(bytes, now) && framesFit;
  }

  end(): void {
    if (this.isOpen) this.left();
    this.isOpen = false;
  }
}

function tolerated({ points, durationMs }: Rate): Pick<Rate, 'points' | 'durationMs'> {
  return { points: TOLERANCE * points, durationMs };
}
