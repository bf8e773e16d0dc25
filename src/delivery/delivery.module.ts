import { Module } from '@nestjs/common';
import { BusModule } from '../common/bus.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { RedisLink } from '../redis/redis-link.js';
import { REDIS, RedisModule } from '../redis/redis.module.js';
import { Broker } from './broker/broker.js';
import { MemoryBroker } from './broker/memory-broker.js';
import { RedisBroker } from './broker/redis-broker.js';
import { Nodes } from './nodes.js';
import { Publisher } from './publisher.js';
import { RoomReconciler } from './room-reconciler.js';
import { Rooms } from './rooms.js';
import { SocketServer } from './socket-server.js';
import { SyncNotice } from './sync-notice.js';
import { DatabaseModule } from '../database/database.module.js';

/** Delivers events to users, on whichever node their sockets are. */
@Module({
  imports: [DatabaseModule, BusModule, RedisModule],
  providers: [
    {
      provide: Broker,
      inject: [REDIS, APP_CONFIG],
      useFactory: (link: RedisLink | null, { redis }: AppConfig): Broker =>
        link ? new RedisBroker(link, redis.prefix) : new MemoryBroker(),
    },
    Nodes,
    Publisher,
    RoomReconciler,
    Rooms,
    SocketServer,
    SyncNotice,
  ],
  exports: [Publisher, Rooms, SocketServer],
})
export class DeliveryModule {}
