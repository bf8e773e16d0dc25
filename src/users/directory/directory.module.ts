import { Module } from '@nestjs/common';
import { KnownUsers } from './known-users.js';
import { Subjects } from './subjects.js';

/** Finds users by id and by the subject of a foreign token, and creates them. */
@Module({ providers: [KnownUsers, Subjects], exports: [KnownUsers, Subjects] })
export class DirectoryModule {}
