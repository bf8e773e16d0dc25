import { toAppError } from '../../common/errors/failure.js';
import type { AppError, CommandOrder } from '../../contract/index.js';
import type { Limits } from '../limits/limits.js';
import { Places, type Start } from './places.js';

/** Reads of one user, or of one socket without a user, that are under way on this node at a time; of writes as many. */
export const AT_ONCE = 4;

/** Most places that a command takes: beside a `sync` or a long list there is room for something small. */
const MOST_PLACES = 3;

/** How many commands of each kind an address may have under way for each read: reads cost the database the most. */
const FOR_EACH_READ: Record<CommandOrder, number> = { read: 1, write: 2, send: 4 };

/** Most commands of a user, and of an address, that wait. Above it: OVERLOADED. */
const USER_WAITING = 1_000;
const ADDRESS_WAITING = 10_000;

/** The places that a command takes: as many as it counts for in the words of the limits. */
export const placesOf = (cost: number): number => Math.min(cost, MOST_PLACES);

/** A command that waits for its turn. */
export interface Asking {
  /** As the limits count it. */
  readonly key: string | number;
  readonly address: string;
  readonly order: CommandOrder;
  /** How much it asks for, in the words of the limits. */
  readonly cost: number;
  /** Whether nobody waits for it any more. */
  readonly isOver: () => boolean;
}

/** What the commands of one kind wait for: places of their user, where it has any, and then of their address. */
interface Share {
  readonly users: Places<string | number> | null;
  readonly addresses: Places<string>;
}

/**
 * Shares a node among those who ask it. A few reads and a few writes of a user are under way at a time, over all their
 * sockets and requests, and a few of an address, over all its users; the others wait in the order of their arrival. So somebody with
 * many sockets or accounts who lists chats and syncs, or changes the same row, on all of them holds a few connections of
 * the database, not all, and what is left of its processors goes to the others. Reads also wait for earlier answers,
 * whose bytes are paced.
 *
 * Messages have places of their address only: the message writer shares their statements, so that too many of one
 * address would make each of its batches long, and with it all that is written in it.
 */
export class FairShare {
  private readonly shares: Record<CommandOrder, Share>;

  constructor(private readonly limits: Limits) {
    const ofUsers = (pauseOf?: (key: string | number) => number) =>
      new Places({ places: AT_ONCE, maxWaiting: USER_WAITING, pauseOf });
    const ofAddresses = (order: CommandOrder, pauseOf?: (address: string) => number) =>
      new Places({
        places: FOR_EACH_READ[order] * limits.addressAtOnce,
        maxWaiting: ADDRESS_WAITING,
        pauseOf,
      });
    this.shares = {
      read: {
        users: ofUsers((key) => limits.untilUserReads(key)),
        addresses: ofAddresses('read', (address) => limits.untilAddressReads(address)),
      },
      write: { users: ofUsers(), addresses: ofAddresses('write') },
      send: { users: null, addresses: ofAddresses('send') },
    };
  }

  /**
   * Takes a place for a message where one is free, which costs less than `run`. Who has it calls `leaveSend` when the
   * message is written.
   */
  takeSend(address: string): boolean {
    return this.shares.send.addresses.tryEnter(address);
  }

  leaveSend(address: string): void {
    this.shares.send.addresses.leave(address);
  }

  /**
   * Runs the work when it is its turn: in this call, when its places are free. Resolves with undefined, and runs nothing,
   * when nobody waits for it any more.
   *
   * @throws AppError OVERLOADED when too many wait; RATE_LIMITED when earlier answers were too long.
   */
  run(asking: Asking, work: () => Promise<unknown>): Promise<unknown> {
    const { users, addresses } = this.shares[asking.order];
    const places = placesOf(asking.cost);
    return new Promise((resolve, reject) => {
      const leaveUser = () => users?.leave(asking.key, places);
      const begin = (): boolean => {
        if (!this.isWanted(asking)) {
          resolve(undefined);
          return false;
        }
        // The places are free when the service is done, even if the command was answered before.
        void attempt(work)
          .then(resolve, reject)
          .finally(() => {
            addresses.leave(asking.address, places);
            leaveUser();
          });
        return true;
      };
      // Where the address has no room, a command waits with the places of its user.
      const queue = (): boolean => {
        let waited = false;
        let isGone = false;
        const start = (): boolean => {
          isGone = !attemptNow(begin, reject);
          if (isGone && waited) leaveUser();
          return !isGone;
        };
        addresses.enter(asking.address, start, places);
        waited = true;
        return !isGone;
      };
      if (users === null) queue();
      else users.enter(asking.key, () => attemptNow(queue, reject), places);
    });
  }

  /** @throws AppError RATE_LIMITED: many may have been admitted before the first of their answers was counted. */
  private isWanted({ key, address, order, isOver }: Asking): boolean {
    if (isOver()) return false;
    if (order === 'read') this.limits.mayAnswer(key, address);
    return true;
  }
}

/** Whether it has started. An error goes to `fail`. */
function attemptNow(start: Start, fail: (error: AppError) => void): boolean {
  try {
    return start();
  } catch (error) {
    fail(toAppError(error));
    return false;
  }
}

/** A call that throws rejects. */
async function attempt(work: () => Promise<unknown>): Promise<unknown> {
  return work();
}
