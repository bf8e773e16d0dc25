import { WebSocketGateway } from '@nestjs/websockets';
import type { AccountView, TokenLifeView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import type { Connection } from '../sockets/connection.js';
import { AccountsService } from './accounts.service.js';
import { TokensService } from './tokens.service.js';

@WebSocketGateway()
export class AccountsGateway {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: TokensService,
  ) {}

  @Command('getMe')
  getMe({ actor }: CommandRequest<'getMe'>): Promise<AccountView> {
    return this.accounts.me(actor);
  }

  @Command('authenticate')
  async authenticate(
    { input }: CommandRequest<'authenticate'>,
    connection: Connection,
  ): Promise<TokenLifeView> {
    const principal = await this.tokens.renew(connection.principal, input.token);
    connection.principal = principal;
    return { userId: principal.userId, expiresAt: new Date(principal.expiresAt).toISOString() };
  }
}
