import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Pacer } from '../common/flow/pacer.js';
import { SocketServer } from './socket-server.js';

/** Sockets that are notified per second: a burst of syncs would delay everybody. */
const NOTICES_PER_SECOND = 500;
const NOTIFY_EVERY_MS = 100;

/** Clients sync within this many milliseconds of `syncNeeded`, each at a different time. */
const SYNC_WITHIN_MS = 1_000;

const SYNC_NEEDED = `42${JSON.stringify(['syncNeeded', { withinMs: SYNC_WITHIN_MS }])}`;

/** Sends `syncNeeded` to sockets of this node that may have missed events. */
@Injectable()
export class SyncNotice implements OnModuleInit, OnApplicationShutdown {
  /** Ids of the sockets to notify; each waits only once. */
  private readonly waiting = new Set<string>();
  private readonly pacer = new Pacer({
    everyMs: NOTIFY_EVERY_MS,
    most: (NOTICES_PER_SECOND * NOTIFY_EVERY_MS) / 1_000,
  });

  constructor(
    private readonly server: SocketServer,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('eventsMissed', ({ rooms }) => this.notify(rooms));
  }

  onApplicationShutdown(): void {
    this.pacer.stop();
  }

  /** The sockets in these rooms; null: all. */
  private notify(rooms: ReadonlySet<string> | null): void {
    const { sids, rooms: members } = this.server.rooms;
    const ids =
      rooms === null ? [...sids.keys()] : [...rooms].flatMap((room) => [...(members.get(room) ?? [])]);
    for (const id of ids) {
      if (this.waiting.has(id)) continue;
      this.waiting.add(id);
      this.pacer.submit(() => this.notifyOne(id));
    }
  }

  private notifyOne(id: string): void {
    this.waiting.delete(id);
    this.server.rooms.deliver(SYNC_NEEDED, [id], []);
  }
}
