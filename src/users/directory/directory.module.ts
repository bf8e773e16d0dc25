import { Module } from '@nestjs/common';
import { KnownUsers } from './known-users.js';
import { Subjects } from './subjects.js';
import { DatabaseModule } from '../../database/database.module.js';

/** Finds users by id and by the subject of a foreign token, and creates them. */
@Module({
  imports: [DatabaseModule],
  providers: [KnownUsers, Subjects],
  exports: [KnownUsers, Subjects],
})
export class DirectoryModule {}
