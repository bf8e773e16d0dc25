import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type CommandLimit, type ErrorView, errorCatalogue } from '../../contract/index.js';
import type { AppConfig } from '../../config/config.js';
import type { Rate } from '../../config/rate.js';
import { UntrustedProxy } from './untrusted-proxy.js';
import { clientAddress, peerAddress } from './client-address.js';
import { type InputMeter, InputMeters, type OwnerOf } from './input-meter.js';
import { RateLimiter, type LimitStatus } from './rate-limiter.js';
import { type BucketsOf, SharedUsage } from './shared-usage.js';

type UserLimit = Exclude<CommandLimit, 'login'> | 'bytes' | 'answers';
type AddressLimit = 'commands' | 'bytes' | 'answers' | 'handshake' | 'login';

/** Answers have as many bytes as commands. */
function withAnswers<R extends { readonly bytes: Rate }>(rates: R): R & { readonly answers: Rate } {
  return { ...rates, answers: rates.bytes };
}

/**
 * Answers of a user, and of an address, are paced: after the first megabyte, twice as fast as the limit of their bytes is
 * refilled, and 8 MB a second at least. Somebody who asks at once for all that they may have in a minute would leave a node
 * no time for anybody else meanwhile.
 */
const UNPACED_BYTES = 1024 * 1024;
const LEAST_PACE = 8_000;
const PACE_FASTER = 2;

/** In bytes, and milliseconds. */
function paceOf({ points, durationMs }: Rate): Rate {
  const perMs = Math.max(LEAST_PACE, (PACE_FASTER * points) / durationMs);
  return { points: UNPACED_BYTES, durationMs: UNPACED_BYTES / perMs };
}

function withPace<R extends { readonly answers: Rate }>(rates: R): R & { readonly pace: Rate } {
  return { ...rates, pace: paceOf(rates.answers) };
}

/** Reads of an address that are under way at a time. More where more commands are allowed: one for each 250 a second. */
const LEAST_AT_ONCE = 4;
const PER_SECOND_OF_EACH = 250;

const atOnceOf = ({ points, durationMs }: Rate): number =>
  Math.max(LEAST_AT_ONCE, Math.ceil((points / durationMs) * (1_000 / PER_SECOND_OF_EACH)));

/**
 * Handshakes of an address that come at once are let in so many milliseconds apart; closer together where many are
 * allowed, this many times as fast as they are refilled.
 */
const HANDSHAKES_EVERY_MS = 10;
const HANDSHAKES_FASTER = 5;

/**
 * Refusals of a user's commands on all their sockets together, above which a socket is closed at its next one. A client
 * that keeps to `retryAfterMs` never gets there.
 */
const REFUSALS: Rate = { points: 300, durationMs: 10_000, toString: () => '300/10s' };

/** Ends a count. Called once. */
type Release = () => void;

const UNCOUNTED: Release = () => undefined;

/** An exceeded limit, by its name in the words of the contract, and the milliseconds until it is free again. */
interface Exceeded {
  readonly limit: string;
  readonly waitMs: number;
}

/** Without a stack, which nobody reads: it would cost more than all the rest of a refusal. */
function refused({ limit, waitMs }: Exceeded): AppError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new AppError('RATE_LIMITED', { retryAfterMs: Math.ceil(waitMs), details: { limit } });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** The same for clients, without an error. */
function viewOf({ limit, waitMs }: Exceeded): ErrorView {
  const { message } = errorCatalogue.RATE_LIMITED;
  return { code: 'RATE_LIMITED', message, details: { limit }, retryAfterMs: Math.ceil(waitMs) };
}

/**
 * Rate limits of users and addresses, the same on both edges.
 *
 * A user is counted by id, wherever they connect from; a socket or request without a user by the socket or the address.
 * Ids can be made up in open mode, so the address is counted as well. The defaults are above what a lively client
 * needs: an outbox of 200 messages that is sent at once, a `typing` at every key, a list of 500 chats marked as
 * delivered, an office of a thousand users behind one address.
 *
 * An admitted command costs no promise and no timer: measured 0.2 µs for its four counts, where four `consume` of
 * rate-limiter-flexible's memory store take 0.9 µs, a promise each and a timer and 700 bytes per key.
 */
export class Limits {
  /** False with RATE_LIMITS=off: nothing is counted. */
  readonly on: boolean;
  /** Milliseconds between two handshakes of an address, where many come at once. */
  readonly handshakesEveryMs: number;
  /** Reads of an address that are under way at a time. */
  readonly addressAtOnce: number;
  private readonly users: RateLimiter<UserLimit | 'pace'>;
  private readonly addresses: RateLimiter<AddressLimit | 'pace'>;
  private readonly refusals = new RateLimiter({ refusals: REFUSALS });
  private readonly meters: InputMeters | null;
  /** By itself: its rate is an hour, for which the other limiter would have to remember everybody. */
  private readonly adds: RateLimiter<'adds'>;
  private readonly mostAdds: number;
  private readonly open = new Map<string, number>();
  private readonly mostOpen: number;
  private readonly proxies: number;
  private readonly untrusted = new UntrustedProxy();
  private readonly shared: {
    users: SharedUsage<UserLimit>;
    addresses: SharedUsage<AddressLimit>;
    adds: SharedUsage<'adds'>;
  } | null;

  /** `bucketsOf` makes the buckets that all nodes share; null: this node is the only one. */
  constructor({ limits, trustProxy }: Pick<AppConfig, 'limits' | 'trustProxy'>, bucketsOf: BucketsOf | null) {
    this.on = limits !== null;
    const handshakes = limits?.address.handshake;
    this.handshakesEveryMs = handshakes
      ? Math.min(HANDSHAKES_EVERY_MS, handshakes.durationMs / handshakes.points / HANDSHAKES_FASTER)
      : 0;
    const rates = limits && { person: withAnswers(limits.person), address: withAnswers(limits.address) };
    this.users = new RateLimiter(rates ? withPace(rates.person) : ({} as never));
    this.addresses = new RateLimiter(rates ? withPace(rates.address) : ({} as never));
    this.addressAtOnce = limits ? atOnceOf(limits.address.commands) : Infinity;
    this.meters = limits && new InputMeters(limits);
    const adds = { adds: limits?.adds ?? ({} as never) };
    this.adds = new RateLimiter(adds);
    this.mostAdds = limits?.adds.points ?? Infinity;
    this.mostOpen = limits?.sockets ?? Infinity;
    this.proxies = trustProxy;
    this.shared =
      rates === null || bucketsOf === null
        ? null
        : {
            users: new SharedUsage<UserLimit>(this.users, rates.person, bucketsOf, 'person'),
            addresses: new SharedUsage<AddressLimit>(this.addresses, rates.address, bucketsOf, 'address'),
            adds: new SharedUsage(this.adds, adds, bucketsOf, 'person'),
          };
  }

  /** Whether a proxy seems to stand in front that TRUST_PROXY does not count. */
  get isBehindUntrustedProxy(): boolean {
    return this.untrusted.isThere;
  }

  /** The client address of a request or handshake. */
  addressOf(request: IncomingMessage): string {
    if (this.proxies === 0) this.untrusted.look(request);
    return clientAddress(request, this.proxies);
  }

  /** Whether a request came over TLS, as it is here or as the outermost trusted proxy says. */
  isOverTls({ socket, headers }: IncomingMessage): boolean {
    if ('encrypted' in socket) return true;
    return this.proxies > 0 && headers['x-forwarded-proto'] === 'https';
  }

  /**
   * Counts what a connection that begins with this request sends; null when there are no limits. `session`: the request that
   * its session began with, where that was another one.
   */
  meterOf(request: IncomingMessage, session = request): InputMeter | null {
    return this.meters?.of(this.addressOf(request), session) ?? null;
  }

  /** Says whose the session is that began with this request: what it sends counts for them, too. */
  inputBelongs(session: IncomingMessage, owner: OwnerOf): void {
    this.meters?.belongs(session, owner);
  }

  /** Counts a command of `key` that was refused. True when there were too many of them: who sent it is cut off. */
  isFlooding(key: string | number): boolean {
    return this.refusals.take(key, 'refusals') > 0;
  }

  /**
   * Counts one command of `key`, and its bytes.
   *
   * @throws AppError RATE_LIMITED
   */
  command(limit: CommandLimit, key: string | number, address: string, bytes: number): void {
    if (!this.on) return;
    const now = performance.now();
    if (limit === 'login') this.requireOfAddress(address, 'login', 1, now);
    else this.byUser(key, limit, 1, now);
    if (bytes > 0) this.byUser(key, 'bytes', bytes, now);
    if (limit === 'other') this.mayAnswer(key, address);
  }

  /**
   * Whether earlier answers leave room for more bytes.
   *
   * @throws AppError RATE_LIMITED
   */
  mayAnswer(key: string | number, address: string): void {
    if (!this.on) return;
    const now = performance.now();
    this.byUser(key, 'answers', 0, now);
    this.requireOfAddress(address, 'answers', 0, now);
  }

  /**
   * Counts the bytes of an answer. It never refuses: after too much, the next commands are refused, except for messages
   * and `typing`, whose answers are small.
   */
  answered(key: string | number, address: string, bytes: number): void {
    if (!this.on) return;
    const now = performance.now();
    this.users.charge(key, 'answers', bytes, now);
    this.users.charge(key, 'pace', bytes, now);
    this.shared?.users.took(key, 'answers', bytes, now);
    this.addresses.charge(address, 'answers', bytes, now);
    this.addresses.charge(address, 'pace', bytes, now);
    this.shared?.addresses.took(address, 'answers', bytes, now);
  }

  /** Milliseconds until the next read of the user may begin, as their answers are paced. */
  untilUserReads(key: string | number): number {
    return this.on ? this.users.take(key, 'pace', 0) : 0;
  }

  /** The same for the next read of an address. */
  untilAddressReads(address: string): number {
    return this.on ? this.addresses.take(address, 'pace', 0) : 0;
  }

  /**
   * Counts what a command uses of its limit beyond the one that `command` has counted. If that is refused, the one is
   * given back: a refused command uses up nothing.
   *
   * @throws AppError RATE_LIMITED
   */
  more(limit: CommandLimit, key: string | number, address: string, points: number): void {
    if (!this.on) return;
    const now = performance.now();
    const isLogin = limit === 'login';
    // More than the limit has in all counts as all of it, or the command could never run.
    const most = isLogin ? this.addresses.mostOf('login') : this.users.mostOf(limit);
    const further = Math.min(points, most - 1);
    if (further <= 0) return;
    try {
      if (isLogin) this.requireOfAddress(address, 'login', further, now);
      else this.byUser(key, limit, further, now);
    } catch (error) {
      if (isLogin) {
        this.addresses.giveBack(address, 'login', 1);
        this.shared?.addresses.took(address, 'login', -1, now);
      } else {
        this.users.giveBack(key, limit, 1);
        this.shared?.users.took(key, limit, -1, now);
      }
      throw error;
    }
  }

  /**
   * Counts a direct chat that a message is about to open, as `createChat` is counted.
   *
   * @throws AppError RATE_LIMITED
   */
  opening(userId: number): void {
    if (this.on) this.byUser(userId, 'createChat', 1, performance.now());
  }

  /**
   * Counts each user who is not a contact of the user and whom the user adds or invites to a group.
   *
   * @param field the list of people in the input.
   * @throws AppError RATE_LIMITED; VALIDATION_FAILED for more people than the limit ever allows at once.
   */
  adding(userId: number, strangers: number, field: string): void {
    if (!this.on || strangers === 0) return;
    if (strangers > this.mostAdds) {
      const message = `expected at most ${this.mostAdds} users who are not your contacts`;
      throw new AppError('VALIDATION_FAILED', { details: [{ path: field, message }] });
    }
    const now = performance.now();
    const wait = this.adds.take(userId, 'adds', strangers, now);
    if (wait > 0) throw refused({ limit: 'adds', waitMs: wait });
    this.shared?.adds.took(userId, 'adds', strangers, now);
  }

  /**
   * Counts one command or request from an address, and its bytes.
   *
   * @throws AppError RATE_LIMITED
   */
  arrival(address: string, bytes: number): void {
    const exceeded = this.arriving(address, bytes);
    if (exceeded) throw refused(exceeded);
  }

  /** As `arrival`, for a request that is refused before anything else is done with it: returns the error, or null. */
  request(address: string, bytes: number): ErrorView | null {
    const exceeded = this.arriving(address, bytes);
    return exceeded && viewOf(exceeded);
  }

  /** Counts one new socket of an address. Returns RATE_LIMITED, also when the address has too many open ones, or null. */
  handshake(address: string): ErrorView | null {
    if (!this.on) return null;
    const exceeded = this.byAddress(address, 'handshake', 1, performance.now());
    if (exceeded) return viewOf(exceeded);
    if ((this.open.get(address) ?? 0) < this.mostOpen) return null;
    return viewOf({ limit: 'sockets', waitMs: SOCKETS_RETRY_MS });
  }

  /**
   * Counts an open connection of plain HTTP, separately on each port, until the returned function is called. Null: too
   * many are open.
   *
   * Behind proxies nothing is counted, because all connections are the proxies'.
   */
  connected(port: 'PORT' | 'SOCKET_PORT', { remoteAddress }: Pick<Socket, 'remoteAddress'>): Release | null {
    if (!this.on || this.proxies > 0) return UNCOUNTED;
    const key = `${port} ${peerAddress(remoteAddress)}`;
    if ((this.open.get(key) ?? 0) >= this.mostOpen) return null;
    return this.opened(key);
  }

  /** Counts an open connection until the returned function is called, once. */
  opened(address: string): Release {
    this.open.set(address, (this.open.get(address) ?? 0) + 1);
    return () => {
      const left = (this.open.get(address) ?? 1) - 1;
      if (left > 0) this.open.set(address, left);
      else this.open.delete(address);
    };
  }

  /** What is left of the limit that a command counts against; null when there are no limits. */
  status(limit: CommandLimit, key: string | number, address: string): LimitStatus | null {
    if (!this.on) return null;
    if (limit === 'login') return this.addresses.status(address, 'login');
    return this.users.status(key, limit);
  }

  private arriving(address: string, bytes: number): Exceeded | null {
    if (!this.on) return null;
    const now = performance.now();
    const exceeded = this.byAddress(address, 'commands', 1, now);
    if (exceeded || bytes === 0) return exceeded;
    return this.byAddress(address, 'bytes', bytes, now);
  }

  private byUser(key: string | number, limit: UserLimit, points: number, now: number): void {
    const waitMs = this.users.take(key, limit, points, now);
    if (waitMs > 0) throw refused({ limit, waitMs });
    this.shared?.users.took(key, limit, points, now);
  }

  private requireOfAddress(address: string, limit: AddressLimit, points: number, now: number): void {
    const exceeded = this.byAddress(address, limit, points, now);
    if (exceeded) throw refused(exceeded);
  }

  private byAddress(address: string, limit: AddressLimit, points: number, now: number): Exceeded | null {
    const waitMs = this.addresses.take(address, limit, points, now);
    if (waitMs > 0)
      return { limit: limit === 'login' || limit === 'handshake' ? limit : `address ${limit}`, waitMs };
    this.shared?.addresses.took(address, limit, points, now);
    return null;
  }
}

/** `retryAfterMs` when too many sockets are open. Milliseconds. */
const SOCKETS_RETRY_MS = 5_000;
