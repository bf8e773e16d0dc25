import { Pacer } from '../common/flow/pacer.js';
import type { RoomsAdapter } from './rooms-adapter.js';

/** So many sockets are told each second: a burst of syncs would hold up everybody. */
const TOLD_A_SECOND = 500;
const TELL_EVERY_MS = 100;

/** Clients sync within so many milliseconds of `syncNeeded`, each at a moment of its own. */
const SYNC_WITHIN_MS = 1_000;

const SYNC_NEEDED = `42${JSON.stringify(['syncNeeded', { withinMs: SYNC_WITHIN_MS }])}`;

/** Tells sockets of this node that they may have missed events. */
export class SyncNotice {
  /** Sockets that are to be told, by their ids: each waits once. */
  private readonly waiting = new Set<string>();
  private readonly pacer = new Pacer({
    everyMs: TELL_EVERY_MS,
    most: (TOLD_A_SECOND * TELL_EVERY_MS) / 1_000,
  });

  constructor(private readonly adapter: RoomsAdapter) {}

  /** Tells the sockets in these rooms, or all. */
  tell(rooms: Iterable<string> | null): void {
    const { sids, rooms: members } = this.adapter;
    const ids =
      rooms === null ? [...sids.keys()] : [...rooms].flatMap((room) => [...(members.get(room) ?? [])]);
    for (const id of ids) {
      if (this.waiting.has(id)) continue;
      this.waiting.add(id);
      this.pacer.submit(() => this.tellOne(id));
    }
  }

  stop(): void {
    this.pacer.stop();
  }

  private tellOne(id: string): void {
    this.waiting.delete(id);
    this.adapter.deliver(SYNC_NEEDED, [id], []);
  }
}
