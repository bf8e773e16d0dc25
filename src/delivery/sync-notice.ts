import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Bus } from '../common/bus.js';
import { Pacer } from '../common/flow/pacer.js';
import { SocketServer } from './socket-server.js';

/** So many sockets are told each second: a burst of syncs would hold up everybody. */
const TOLD_A_SECOND = 500;
const TELL_EVERY_MS = 100;

/** Clients sync within so many milliseconds of `syncNeeded`, each at a moment of its own. */
const SYNC_WITHIN_MS = 1_000;

const SYNC_NEEDED = `42${JSON.stringify(['syncNeeded', { withinMs: SYNC_WITHIN_MS }])}`;

/** Tells sockets of this node that may have missed events to sync. */
@Injectable()
export class SyncNotice implements OnModuleInit, OnApplicationShutdown {
  /** Sockets that are to be told, by their ids: each waits once. */
  private readonly waiting = new Set<string>();
  private readonly pacer = new Pacer({
    everyMs: TELL_EVERY_MS,
    most: (TOLD_A_SECOND * TELL_EVERY_MS) / 1_000,
  });

  constructor(
    private readonly server: SocketServer,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('eventsMissed', ({ rooms }) => this.tell(rooms));
  }

  onApplicationShutdown(): void {
    this.pacer.stop();
  }

  /** The sockets in these rooms, or all. */
  private tell(rooms: ReadonlySet<string> | null): void {
    const { sids, rooms: members } = this.server.rooms;
    const ids =
      rooms === null ? [...sids.keys()] : [...rooms].flatMap((room) => [...(members.get(room) ?? [])]);
    for (const id of ids) {
      if (this.waiting.has(id)) continue;
      this.waiting.add(id);
      this.pacer.submit(() => this.tellOne(id));
    }
  }

  private tellOne(id: string): void {
    this.waiting.delete(id);
    this.server.rooms.deliver(SYNC_NEEDED, [id], []);
  }
}
