import { Global, Module } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { LastSeen } from './last-seen.js';
import { Metrics } from '../metrics/metrics.js';
import { MemoryPresenceStore } from './memory-presence-store.js';
import { PresenceAnnouncer } from './presence-announcer.js';
import { PresenceReads } from './presence-reads.js';
import { PresenceStore } from './presence-store.js';
import { PresenceController } from './presence.controller.js';
import { PresenceGateway } from './presence.gateway.js';
import { PresenceService } from './presence.service.js';
import { VisibilityService } from './visibility.service.js';
import { Watches } from './watches.js';

/** Who is online. */
@Global()
@Module({
  controllers: [PresenceController],
  providers: [
    LastSeen,
    PresenceAnnouncer,
    PresenceGateway,
    PresenceReads,
    PresenceService,
    VisibilityService,
    Watches,
    {
      provide: PresenceStore,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) => new MemoryPresenceStore(config.presence.graceMs),
    },
  ],
  exports: [PresenceService, VisibilityService],
})
export class PresenceModule {
  constructor(metrics: Metrics, store: PresenceStore) {
    metrics.gauge('chat_people_online', 'People who are online at this node.', () => store.size);
  }
}
