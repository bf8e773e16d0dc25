import { Global, Module } from '@nestjs/common';
import { Identity } from './identity.js';
import { KnownUsers } from './known-users.js';

/** Who is asking. */
@Global()
@Module({ providers: [Identity, KnownUsers], exports: [Identity, KnownUsers] })
export class AuthModule {}
