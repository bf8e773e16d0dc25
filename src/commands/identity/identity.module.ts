import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { APP_CONFIG } from '../../config/config.module.js';
import { AccessTokens, NoTokens } from './access-tokens.js';
import { ApiKeys } from './api-keys.js';
import { Deactivations } from './deactivations.js';
import { ForeignTokens } from './foreign-tokens.js';
import { Identity } from './identity.js';
import { DirectoryModule } from '../../users/directory/directory.module.js';
import { KnownUsers } from '../../users/directory/known-users.js';
import { BusModule } from '../../common/bus.js';
import { DatabaseModule } from '../../database/database.module.js';
import { OwnTokens } from './own-tokens.js';
import { Revocations } from './revocations.js';
import { Subjects } from '../../users/directory/subjects.js';

function tokensOf({ auth }: AppConfig, users: KnownUsers, subjects: Subjects): AccessTokens {
  if (auth.mode === 'open') return new NoTokens();
  const { tokens } = auth;
  return tokens.kind === 'own' ? new OwnTokens(tokens, users) : new ForeignTokens(tokens, subjects);
}

/** Finds the principal and the actor of commands. */
@Module({
  imports: [BusModule, DatabaseModule, DirectoryModule],
  providers: [
    ApiKeys,
    Deactivations,
    Identity,
    Revocations,
    { provide: AccessTokens, useFactory: tokensOf, inject: [APP_CONFIG, KnownUsers, Subjects] },
  ],
  exports: [AccessTokens, Deactivations, Identity, Revocations],
})
export class IdentityModule implements OnApplicationShutdown {
  constructor(@Inject(AccessTokens) private readonly tokens: AccessTokens) {}

  onApplicationShutdown(): void {
    if (this.tokens instanceof ForeignTokens) this.tokens.stop();
  }
}
