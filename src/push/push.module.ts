import { Module } from '@nestjs/common';
import { ChangesModule } from '../changes/changes.module.js';
import { BusModule } from '../common/bus.js';
import { CommonModule } from '../common/common.module.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { Outbound } from '../outbound/outbound.js';
import { OutboundModule } from '../outbound/outbound.module.js';
import { PresenceModule } from '../presence/presence.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { PushContents } from './push-contents.js';
import { PushDeliveries } from './push-deliveries.js';
import { pushSenders, PushSenders } from './push-senders.js';
import { PushTargetsService } from './push-targets.service.js';
import { PushWorker } from './push-worker.js';
import { PushController } from './push.controller.js';
import { PushGateway } from './push.gateway.js';
import { Pushes } from './pushes.js';
import { ReadElsewhere } from './read-elsewhere.js';

/** Unread messages, told to devices that do not show them: Web Push, Firebase, Apple. */
@Module({
  imports: [
    BusModule,
    ChangesModule,
    CommonModule,
    DatabaseModule,
    DirectoryModule,
    OutboundModule,
    PresenceModule,
  ],
  controllers: [PushController],
  providers: [
    PushContents,
    PushDeliveries,
    Pushes,
    PushGateway,
    PushTargetsService,
    PushWorker,
    ReadElsewhere,
    {
      provide: PushSenders,
      inject: [APP_CONFIG, Outbound],
      useFactory: ({ push }: AppConfig, outbound: Outbound) => pushSenders(push, outbound),
    },
  ],
})
export class PushModule {}
