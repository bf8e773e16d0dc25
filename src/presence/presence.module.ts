import { Global, Module } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { Metrics } from '../metrics/metrics.js';
import { MemoryPresenceStore } from './memory-presence-store.js';
import { PresenceStore } from './presence-store.js';
import { PresenceController } from './presence.controller.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceService } from './presence.service.js';

/** Who is online. */
@Global()
@Module({
  controllers: [PresenceController],
  providers: [
    PresenceGateway,
    PresenceService,
    {
      provide: PresenceStore,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => new MemoryPresenceStore(config.presence.graceMs),
    },
  ],
  exports: [PresenceService],
})
export class PresenceModule {
  constructor(metrics: Metrics, store: PresenceStore) {
    metrics.gauge('chat_people_online', 'People who are online at this node.', () => store.size);
  }
}
