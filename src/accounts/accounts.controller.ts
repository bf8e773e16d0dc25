import { Controller, Header } from '@nestjs/common';
import type { AccountView, MintedTokenView, SessionView } from '../contract/index.js';
import { Asked } from '../rest/command-request.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { AccountsService } from './accounts.service.js';
import { TokensService } from './tokens.service.js';

/** Answers that hold tokens are kept by no cache (RFC 6749, section 5.1). */
const NoStore = () => Header('Cache-Control', 'no-store');

@Controller()
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: TokensService,
  ) {}

  @Route('register')
  @NoStore()
  register(@Asked() { input }: CommandRequest<'register'>): Promise<SessionView> {
    return this.accounts.register(input);
  }

  @Route('login')
  @NoStore()
  login(@Asked() { input }: CommandRequest<'login'>): Promise<SessionView> {
    return this.accounts.login(input);
  }

  @Route('refresh')
  @NoStore()
  refresh(@Asked() { input }: CommandRequest<'refresh'>): Promise<SessionView> {
    return this.accounts.refresh(input);
  }

  @Route('logout')
  logout(@Asked() { input }: CommandRequest<'logout'>): Promise<{ loggedOut: true }> {
    return this.accounts.logout(input);
  }

  @Route('getMe')
  getMe(@Asked() { actor }: CommandRequest<'getMe'>): Promise<AccountView> {
    return this.accounts.me(actor);
  }

  @Route('changePassword')
  @NoStore()
  changePassword(@Asked() { actor, input }: CommandRequest<'changePassword'>): Promise<SessionView> {
    return this.accounts.changePassword(actor, input);
  }

  @Route('mintToken')
  @NoStore()
  mintToken(@Asked() { input }: CommandRequest<'mintToken'>): Promise<MintedTokenView> {
    return this.tokens.mint(input);
  }
}
