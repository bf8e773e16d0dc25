import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { Adapter } from 'socket.io-adapter';
import { PacketType } from 'socket.io-parser';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { Sql } from '../../database/sql.js';
import type { RedisLink } from '../../redis/redis-link.js';
import { REDIS } from '../../redis/redis.module.js';
import { LocalAdapter } from '../local-adapter.js';
import { Relay } from './relay.js';
import { RelayedAdapter } from './relayed-adapter.js';
import { RoomAudit } from './room-audit.js';

/** How often memberships are looked at while orders from other nodes may be lost. Milliseconds. */
const LOOK_EVERY_MS = 400;

/** Redis has been quiet for so long that it is as well to look. Milliseconds. */
const QUIET_MS = 400;

/** After the link was lost so many sockets are told to sync each second: a burst of syncs would hold up everybody. */
const TOLD_A_SECOND = 500;
const TELL_EVERY_MS = 100;

/** Clients sync within so many milliseconds of `syncNeeded`, each at a moment of its own. */
const SYNC_WITHIN_MS = 1_000;

/** The other nodes: events and orders travel to them and from them, and what a lost link made miss is made good. */
@Injectable()
export class Nodes implements OnApplicationShutdown {
  private adapter: RelayedAdapter | null = null;
  private audit: RoomAudit | null = null;
  private watch: NodeJS.Timeout | null = null;
  private telling: NodeJS.Timeout | null = null;
  private readonly untold = new Set<string>();
  private lost: (since: number) => void = () => undefined;

  constructor(
    @Inject(REDIS) private readonly link: RedisLink | null,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly sql: Sql,
  ) {}

  /** For Socket.IO's `adapter` option. */
  adapterClass(): typeof LocalAdapter | ((namespace: Namespace) => Adapter) {
    const { link, config } = this;
    if (!link) return LocalAdapter;
    const relay = new Relay(link, config.redis.prefix, {
      restored: (lostSince) => this.restored(lostSince),
    });
    const made = (adapter: RelayedAdapter): RelayedAdapter => {
      this.adapter = adapter;
      this.audit = new RoomAudit(adapter, this.sql);
      return adapter;
    };
    this.watch = setInterval(() => this.look(link), LOOK_EVERY_MS).unref();
    const missed = (rooms: ReadonlySet<string> | null) => this.tell(rooms);
    // Called with `new`, so no arrow function. Other namespaces have no rooms of ours.
    return function (namespace: Namespace): Adapter {
      if (namespace.name !== '/') return new LocalAdapter(namespace);
      return made(new RelayedAdapter(namespace, relay, missed));
    };
  }

  /**
   * Calls `listener` when the link is back and other nodes may not have heard what this one published since that
   * moment of `performance.now()`. Chats are made whole by `sync`; this is for what is not.
   */
  onLost(listener: (since: number) => void): void {
    this.lost = listener;
  }

  onApplicationShutdown(): void {
    if (this.watch) clearInterval(this.watch);
    if (this.telling) clearInterval(this.telling);
  }

  private look(link: RedisLink): void {
    if (!link.isUp || link.quietMs > QUIET_MS) void this.audit?.removed();
  }

  private async restored(lostSince: number | null): Promise<void> {
    await this.audit?.whole();
    this.tell(null);
    if (lostSince !== null) this.lost(lostSince);
  }

  /** Sockets of these rooms, or all, may have missed events. */
  private tell(rooms: ReadonlySet<string> | null): void {
    const { adapter, untold } = this;
    if (!adapter) return;
    if (rooms === null) for (const id of adapter.sids.keys()) untold.add(id);
    else for (const room of rooms) for (const id of adapter.rooms.get(room) ?? []) untold.add(id);
    if (this.telling) return;
    this.telling = setInterval(() => this.tellSome(), TELL_EVERY_MS).unref();
    this.tellSome();
  }

  private tellSome(): void {
    const some = new Set<string>();
    for (const id of this.untold) {
      if (some.size === (TOLD_A_SECOND * TELL_EVERY_MS) / 1_000) break;
      some.add(id);
      this.untold.delete(id);
    }
    if (some.size > 0) {
      this.adapter?.broadcast(syncNeeded(), { rooms: some, except: new Set(), flags: { local: true } });
    } else if (this.telling) {
      clearInterval(this.telling);
      this.telling = null;
    }
  }
}

const syncNeeded = () => ({ type: PacketType.EVENT, data: ['syncNeeded', { withinMs: SYNC_WITHIN_MS }] });
