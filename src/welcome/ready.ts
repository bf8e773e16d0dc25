import { Injectable } from '@nestjs/common';
import { AccountReads } from '../accounts/account-reads.js';
import type { AccountView, ReadyView } from '../contract/index.js';
import { Arrivals, type Greeting } from '../sockets/arrivals.js';
import type { Connection } from '../sockets/connection.js';
import { ServerFacts } from './server-facts.js';

/** Sends `ready` to each socket that has become somebody's. */
@Injectable()
export class Ready {
  constructor(
    arrivals: Arrivals,
    private readonly accounts: AccountReads,
    private readonly facts: ServerFacts,
  ) {
    arrivals.greetBy((userId) => this.greeting(userId));
  }

  private async greeting(userId: number): Promise<Greeting> {
    const user = await this.accounts.ofArrival(userId);
    return (connection) => connection.socket.emit('ready', this.view(connection, user));
  }

  private view({ id }: Connection, user: AccountView): ReadyView {
    const { version, protocol, auth, features, limits } = this.facts.config;
    const now = new Date().toISOString();
    return { user, now, version, protocol, auth, features, limits, connectionId: id };
  }
}
