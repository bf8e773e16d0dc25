import { Module } from '@nestjs/common';
import { KnownUsers } from './known-users.js';
import { Subjects } from './subjects.js';

/** Who there is: users by their ids and by the subjects of somebody else's tokens. */
@Module({ providers: [KnownUsers, Subjects], exports: [KnownUsers, Subjects] })
export class DirectoryModule {}
