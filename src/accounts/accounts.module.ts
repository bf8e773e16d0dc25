import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { AccountReads } from './account-reads.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsGateway } from './accounts.gateway.js';
import { AccountsService } from './accounts.service.js';
import { LoginGuard } from './login-guard.js';
import { Passwords } from './passwords.js';
import { RevokingService } from './revoking.service.js';
import { Sessions } from './sessions.service.js';
import { TokensService } from './tokens.service.js';
import { IdentityModule } from '../commands/identity/identity.module.js';
import { DirectoryModule } from '../users/directory/directory.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { UsersModule } from '../users/users.module.js';

/** Registration, login, tokens. */
@Module({
  imports: [AuditModule, DatabaseModule, DirectoryModule, IdentityModule, UsersModule],
  controllers: [AccountsController],
  providers: [
    AccountReads,
    AccountsGateway,
    AccountsService,
    LoginGuard,
    Passwords,
    RevokingService,
    Sessions,
    TokensService,
  ],
  exports: [AccountReads, AccountsService, RevokingService],
})
export class AccountsModule {}
