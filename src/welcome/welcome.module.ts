import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { RestModule } from '../rest/rest.module.js';
import { SocketsModule } from '../sockets/sockets.module.js';
import { Ready } from './ready.js';
import { ServerFacts } from './server-facts.js';
import { WelcomeController } from './welcome.controller.js';

/** What a client learns first: what this server is, and whose socket it has. */
@Module({
  imports: [AccountsModule, RestModule, SocketsModule],
  controllers: [WelcomeController],
  providers: [Ready, ServerFacts],
})
export class WelcomeModule {}
