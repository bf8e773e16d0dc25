import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ChangeLog } from './change-log.js';
import { SinkLags } from './sink-lags.js';

/** The log of what happened in chats, for those who are told of it later: settled ids, sinks, leases. */
@Module({
  imports: [CommonModule, DatabaseModule],
  providers: [ChangeLog, SinkLags],
  exports: [ChangeLog],
})
export class ChangesModule {}
