import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type { UserView } from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { FindingService } from './finding.service.js';

@WebSocketGateway()
export class UsersGateway {
  constructor(private readonly finding: FindingService) {}

  @Command('getUsers')
  getUsers({ actor, input }: CommandRequest<'getUsers'>): Promise<UserView[]> {
    return this.finding.list(actor, input);
  }

  @Command('searchUsers')
  searchUsers({ actor, input }: CommandRequest<'searchUsers'>): Promise<UserView[]> {
    return this.finding.search(actor, input);
  }
}
