import { Module } from '@nestjs/common';
import { ChatsModule } from '../chats/chats.module.js';
import { SyncController } from './sync.controller.js';
import { SyncGateway } from './sync.gateway.js';
import { SyncService } from './sync.service.js';
import { DatabaseModule } from '../database/database.module.js';

/** Sync: what a client has missed. */
@Module({
  imports: [DatabaseModule, ChatsModule],
  controllers: [SyncController],
  providers: [SyncGateway, SyncService],
})
export class SyncModule {}
