import { Inject, Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import type { RedisLink } from '../../redis/redis-link.js';
import { REDIS } from '../../redis/redis.module.js';
import { RoomsAdapter } from '../rooms-adapter.js';
import { RoomReconciler } from '../room-reconciler.js';
import { RedisBroker } from './redis-broker.js';
import { RelayedAdapter } from './relayed-adapter.js';

/** The other nodes: events and orders travel to them and from them, and what a lost link made miss is made good. */
@Injectable()
export class Nodes {
  private lost: (since: number) => void = () => undefined;
  private missed: (rooms: ReadonlySet<string> | null) => void = () => undefined;

  constructor(
    @Inject(REDIS) private readonly link: RedisLink | null,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly audit: RoomReconciler,
  ) {}

  /** For Socket.IO's `adapter` option. */
  adapterClass(): typeof RoomsAdapter | ((namespace: Namespace) => Adapter) {
    const { link, config, audit } = this;
    if (!link) return RoomsAdapter;
    const relay = new RedisBroker(link, config.redis.prefix, {
      restored: async () => {
        await audit.whole();
        this.noteMissed(null);
      },
      lost: (since) => this.lost(since),
    });
    const losses = {
      events: (rooms: ReadonlySet<string>) => audit.tell(rooms),
      // Memberships are put right by the audit's next look.
      orders: (rooms: ReadonlySet<string> | null) => this.noteMissed(rooms),
    };
    // Called with `new`, so no arrow function. Other namespaces have no rooms of ours.
    return function (namespace: Namespace): Adapter {
      return namespace.name === '/'
        ? new RelayedAdapter(namespace, relay, losses)
        : new RoomsAdapter(namespace);
    };
  }

  /**
   * Calls `listener` when other nodes may not have heard what this one published since that moment of
   * `performance.now()`, and can now. Chats are made whole by `sync`; this is for what is not.
   */
  onLost(listener: (since: number) => void): void {
    this.lost = listener;
  }

  /**
   * Calls `listener` when sockets here, in these rooms or all, may have missed what other nodes published and ordered.
   */
  onMissed(listener: (rooms: ReadonlySet<string> | null) => void): void {
    this.missed = listener;
  }

  private noteMissed(rooms: ReadonlySet<string> | null): void {
    this.audit.tell(rooms);
    this.missed(rooms);
  }
}
