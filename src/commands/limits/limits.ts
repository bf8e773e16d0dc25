import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type CommandLimit, type ErrorView, errorCatalogue } from '../../contract/index.js';
import type { AppConfig } from '../../config/config.js';
import { clientAddress, peerAddress } from './client-address.js';
import { RateLimiter, type LimitStatus } from './rate-limiter.js';
import { type CounterOf, SharedUsage } from './shared-usage.js';

/** Ends a count. Called once. */
type Release = () => void;

const UNCOUNTED: Release = () => undefined;

type UserLimit = Exclude<CommandLimit, 'login'> | 'bytes';
type AddressLimit = 'commands' | 'bytes' | 'handshake' | 'login';

/** An exceeded limit, by its name in the words of the contract, and the milliseconds until it is free again. */
interface Exceeded {
  readonly limit: string;
  readonly waitMs: number;
}

function refused({ limit, waitMs }: Exceeded): AppError {
  return new AppError('RATE_LIMITED', { retryAfterMs: Math.ceil(waitMs), details: { limit } });
}

/** The same for clients, without an error: the stack of an error costs more than all the rest of a refusal. */
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
  private readonly users: RateLimiter<UserLimit>;
  private readonly addresses: RateLimiter<AddressLimit>;
  private readonly open = new Map<string, number>();
  private readonly mostOpen: number;
  private readonly proxies: number;
  private readonly shared: { users: SharedUsage<UserLimit>; addresses: SharedUsage<AddressLimit> } | null;

  /** `counterOf` makes the counters that all nodes share; null: this node is the only one. */
  constructor({ limits, trustProxy }: Pick<AppConfig, 'limits' | 'trustProxy'>, counterOf: CounterOf | null) {
    this.on = limits !== null;
    this.users = new RateLimiter(limits?.person ?? ({} as never));
    this.addresses = new RateLimiter(limits?.address ?? ({} as never));
    this.mostOpen = limits?.sockets ?? Infinity;
    this.proxies = trustProxy;
    this.shared =
      limits === null || counterOf === null
        ? null
        : {
            users: new SharedUsage(this.users, limits.person, counterOf, 'person'),
            addresses: new SharedUsage(this.addresses, limits.address, counterOf, 'address'),
          };
  }

  /** The client address of a request or handshake. */
  addressOf(request: IncomingMessage): string {
    return clientAddress(request, this.proxies);
  }

  /**
   * Counts one command of `key`, and its bytes.
   *
   * @throws AppError RATE_LIMITED
   */
  command(limit: CommandLimit, key: string | number, address: string, bytes: number): void {
    if (!this.on) return;
    const now = performance.now();
    if (limit === 'login') {
      const exceeded = this.byAddress(address, 'login', 1, now);
      if (exceeded) throw refused(exceeded);
    } else this.byUser(key, limit, 1, now);
    if (bytes > 0) this.byUser(key, 'bytes', bytes, now);
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
   * Counts an open connection of plain HTTP, by itself on each port, until the returned function is called. Null: too
   * many are open.
   *
   * Behind proxies all connections are theirs, and nothing is counted.
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

  stop(): void {
    this.shared?.users.stop();
    this.shared?.addresses.stop();
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
    this.shared?.users.took(key, limit, points);
  }

  private byAddress(address: string, limit: AddressLimit, points: number, now: number): Exceeded | null {
    const waitMs = this.addresses.take(address, limit, points, now);
    if (waitMs > 0)
      return { limit: limit === 'login' || limit === 'handshake' ? limit : `address ${limit}`, waitMs };
    this.shared?.addresses.took(address, limit, points);
    return null;
  }
}

/** `retryAfterMs` when too many sockets are open. Milliseconds. */
const SOCKETS_RETRY_MS = 5_000;
