import { Controller } from '@nestjs/common';
import type { AccountView, LoginView, MintedTokenView, SessionView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import { ClientParam } from '../rest/client-param.decorator.js';
import type { Client, CommandRequest } from '../commands/request.js';
import { AccountsService } from './accounts.service.js';
import { RevokingService } from './revoking.service.js';
import { TokensService } from './tokens.service.js';

@Controller()
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: TokensService,
    private readonly revoking: RevokingService,
  ) {}

  @Route('register')
  register(
    @CommandParam() { input }: CommandRequest<'register'>,
    @ClientParam() client: Client,
  ): Promise<SessionView> {
    return this.accounts.register(input, client);
  }

  @Route('login')
  login(
    @CommandParam() { input }: CommandRequest<'login'>,
    @ClientParam() client: Client,
  ): Promise<SessionView> {
    return this.accounts.login(input, client);
  }

  @Route('refresh')
  refresh(@CommandParam() { input }: CommandRequest<'refresh'>): Promise<SessionView> {
    return this.accounts.refresh(input);
  }

  @Route('logout')
  logout(@CommandParam() { input }: CommandRequest<'logout'>): Promise<{ loggedOut: true }> {
    return this.accounts.logout(input);
  }

  @Route('getMe')
  getMe(@CommandParam() { actor }: CommandRequest<'getMe'>): Promise<AccountView> {
    return this.accounts.me(actor);
  }

  @Route('getLogins')
  getLogins(@CommandParam() { actor }: CommandRequest<'getLogins'>): Promise<LoginView[]> {
    return this.accounts.logins(actor);
  }

  @Route('changePassword')
  changePassword(
    @CommandParam() { actor, input }: CommandRequest<'changePassword'>,
    @ClientParam() client: Client,
  ): Promise<SessionView> {
    return this.accounts.changePassword(actor, input, client);
  }

  @Route('mintToken')
  mintToken(@CommandParam() { input }: CommandRequest<'mintToken'>): Promise<MintedTokenView> {
    return this.tokens.mint(input);
  }

  @Route('revokeTokens')
  revokeTokens(
    @CommandParam() { input }: CommandRequest<'revokeTokens'>,
  ): Promise<{ userId: number; revoked: true }> {
    return this.revoking.revoke(input);
  }
}
