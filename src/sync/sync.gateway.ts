import { WebSocketGateway } from '@nestjs/websockets';
import type { SyncedView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { SyncService } from './sync.service.js';

@WebSocketGateway()
export class SyncGateway {
  constructor(private readonly syncs: SyncService) {}

  @Command('sync')
  sync({ actor, input }: CommandRequest<'sync'>): Promise<SyncedView> {
    return this.syncs.sync(actor, input);
  }
}
