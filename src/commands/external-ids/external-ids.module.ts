import { Module } from '@nestjs/common';
import { DatabaseModule } from '../../database/database.module.js';
import { DirectoryModule } from '../../users/directory/directory.module.js';
import { ExternalIds } from './external-ids.js';

/** Finds users and chats by the application's own ids. */
@Module({
  imports: [DatabaseModule, DirectoryModule],
  providers: [ExternalIds],
  exports: [ExternalIds],
})
export class ExternalIdsModule {}
