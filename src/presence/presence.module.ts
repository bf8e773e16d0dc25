import { Module } from '@nestjs/common';
import { Bus, BusModule } from '../common/bus.js';
import { DeliveryModule } from '../delivery/delivery.module.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { LastSeen } from './last-seen.js';
import { Metrics } from '../common/metrics/metrics.js';
import type { RedisLink } from '../redis/redis-link.js';
import { REDIS, RedisModule } from '../redis/redis.module.js';
import { ActiveDevices } from './active-devices.js';
import { ActiveGateway } from './active.gateway.js';
import { MemoryPresenceStore } from './memory-presence-store.js';
import { OpenedChats } from './opened-chats.js';
import { PresenceAnnouncer } from './presence-announcer.js';
import { PresenceReads } from './presence-reads.js';
import { type PresenceChange, PresenceStore } from './presence-store.js';
import { PresenceController } from './presence.controller.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceService } from './presence.service.js';
import { VisibilityService } from './visibility.service.js';
import { Watches } from './watches.js';
import { RedisPresenceStore } from './redis-presence-store.js';
import { CommonModule } from '../common/common.module.js';
import { IdentityModule } from '../commands/identity/identity.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { SocketsModule } from '../sockets/sockets.module.js';
import { DatabaseModule } from '../database/database.module.js';

/** Milliseconds that the start waits for Redis, which may be down. */
const REDIS_WITHIN_MS = 1_000;

async function presenceStore(config: AppConfig, link: RedisLink | null, bus: Bus): Promise<PresenceStore> {
  const tell = (change: PresenceChange) => bus.emit('presenceChanged', change);
  if (!link) return new MemoryPresenceStore(config.presence.graceMs, tell);
  const store = new RedisPresenceStore(link, { prefix: config.redis.prefix, ...config.presence }, tell);
  if (await link.whenUp(REDIS_WITHIN_MS)) await store.whenJoined();
  return store;
}

/** Who is online. */
@Module({
  imports: [
    DatabaseModule,
    BusModule,
    CommonModule,
    DeliveryModule,
    DirectoryModule,
    IdentityModule,
    RedisModule,
    SocketsModule,
  ],
  controllers: [PresenceController],
  providers: [
    ActiveGateway,
    LastSeen,
    OpenedChats,
    PresenceAnnouncer,
    PresenceGateway,
    PresenceReads,
    PresenceService,
    VisibilityService,
    Watches,
    {
      provide: ActiveDevices,
      inject: [APP_CONFIG, REDIS],
      useFactory: ({ redis }: AppConfig, link: RedisLink | null) => new ActiveDevices(link, redis.prefix),
    },
    {
      provide: PresenceStore,
      inject: [APP_CONFIG, REDIS, Bus],
      useFactory: presenceStore,
    },
  ],
  exports: [ActiveDevices, PresenceService, VisibilityService],
})
export class PresenceModule {
  constructor(metrics: Metrics, store: PresenceStore) {
    metrics.gauge('chat_people_online', 'People who are online at this node.', () => store.here.size);
  }
}
