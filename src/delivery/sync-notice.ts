import { PacketType } from 'socket.io-parser';
import type { LocalAdapter } from './local-adapter.js';

/** So many sockets are told each second: a burst of syncs would hold up everybody. */
const TOLD_A_SECOND = 500;
const TELL_EVERY_MS = 100;

/** Clients sync within so many milliseconds of `syncNeeded`, each at a moment of its own. */
const SYNC_WITHIN_MS = 1_000;

const syncNeeded = () => ({ type: PacketType.EVENT, data: ['syncNeeded', { withinMs: SYNC_WITHIN_MS }] });

/** Tells sockets of this node that they may have missed events. */
export class SyncNotice {
  private readonly untold = new Set<string>();
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly adapter: LocalAdapter) {}

  /** Tells the sockets in these rooms, or all. */
  tell(rooms: Iterable<string> | null): void {
    const { adapter, untold } = this;
    if (rooms === null) for (const id of adapter.sids.keys()) untold.add(id);
    else for (const room of rooms) for (const id of adapter.rooms.get(room) ?? []) untold.add(id);
    if (this.timer || untold.size === 0) return;
    this.timer = setInterval(() => this.tellSome(), TELL_EVERY_MS).unref();
    this.tellSome();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  private tellSome(): void {
    const some = new Set<string>();
    for (const id of this.untold) {
      if (some.size === (TOLD_A_SECOND * TELL_EVERY_MS) / 1_000) break;
      some.add(id);
      this.untold.delete(id);
    }
    if (some.size === 0) this.stop();
    else this.adapter.broadcast(syncNeeded(), { rooms: some, except: new Set(), flags: { local: true } });
  }
}
