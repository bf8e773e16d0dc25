import { Controller, Res } from '@nestjs/common';
import type { Response } from 'express';
import type {
  AccountView,
  LoginView,
  MintedTokenView,
  SessionView,
  UserSessionView,
} from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { setRefreshCookie } from '../rest/refresh-cookie.js';
import { Route } from '../rest/route.decorator.js';
import { ClientParam } from '../rest/client-param.decorator.js';
import type { Client, CommandRequest } from '../commands/request.js';
import { AccountsService } from './accounts.service.js';
import { RevokingService } from './revoking.service.js';
import { Sessions } from './sessions.service.js';
import { TokensService } from './tokens.service.js';

const Answer = () => Res({ passthrough: true });

/** Hands a session over: with its refresh token, or with that in a cookie if the client keeps it there. */
function handedBy(response: Response, client: Client, wantsCookie = client.keepsCookie) {
  return (session: SessionView): SessionView => {
    if (!wantsCookie) return session;
    const kept = { token: session.refreshToken, until: session.refreshExpiresAt };
    setRefreshCookie(response, kept, client);
    return { ...session, refreshToken: '' };
  };
}

@Controller()
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly tokens: TokensService,
    private readonly revoking: RevokingService,
    private readonly sessions: Sessions,
  ) {}

  @Route('register')
  register(
    @CommandParam() { input }: CommandRequest<'register'>,
    @ClientParam() client: Client,
    @Answer() response: Response,
  ): Promise<SessionView> {
    return this.accounts.register(input, client).then(handedBy(response, client, input.cookie ?? false));
  }

  @Route('login')
  login(
    @CommandParam() { input }: CommandRequest<'login'>,
    @ClientParam() client: Client,
    @Answer() response: Response,
  ): Promise<SessionView> {
    return this.accounts.login(input, client).then(handedBy(response, client, input.cookie ?? false));
  }

  @Route('refresh')
  refresh(
    @CommandParam() { input }: CommandRequest<'refresh'>,
    @ClientParam() client: Client,
    @Answer() response: Response,
  ): Promise<SessionView> {
    return this.accounts.refresh(input).then(handedBy(response, client));
  }

  @Route('logout')
  logout(
    @CommandParam() { input }: CommandRequest<'logout'>,
    @ClientParam() client: Client,
    @Answer() response: Response,
  ): Promise<{ loggedOut: true }> {
    if (client.keepsCookie) setRefreshCookie(response, null, client);
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
    @Answer() response: Response,
  ): Promise<SessionView> {
    return this.accounts.changePassword(actor, input, client).then(handedBy(response, client));
  }

  @Route('mintToken')
  mintToken(@CommandParam() { input }: CommandRequest<'mintToken'>): Promise<MintedTokenView> {
    return this.tokens.mint(input);
  }

  @Route('revokeTokens')
  revokeTokens(
    @CommandParam() { actor, input }: CommandRequest<'revokeTokens'>,
  ): Promise<{ userId: number; revoked: true }> {
    return this.revoking.revoke(actor, input);
  }

  @Route('revokeSessions')
  revokeSessions(
    @CommandParam() { actor, input }: CommandRequest<'revokeSessions'>,
  ): Promise<{ userId: number; revoked: true }> {
    return this.revoking.revoke(actor, { id: input.userId });
  }

  @Route('getSessions')
  getSessions(@CommandParam() { input }: CommandRequest<'getSessions'>): Promise<UserSessionView[]> {
    return this.sessions.list(input);
  }
}
