import { Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { ChangeLog } from './change-log.js';

/** The log of what happened in chats, for those who are told of it later: settled ids, sinks, leases. */
@Module({
  imports: [DatabaseModule],
  providers: [ChangeLog],
  exports: [ChangeLog],
})
export class ChangesModule {}
