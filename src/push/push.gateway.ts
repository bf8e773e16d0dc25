import { WebSocketGateway } from '@nestjs/websockets';
import type { CommandRequest } from '../commands/request.js';
import type { PushTargetRemovedView, PushTargetView } from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import { PushTargetsService } from './push-targets.service.js';

@WebSocketGateway()
export class PushGateway {
  constructor(private readonly targets: PushTargetsService) {}

  @Command('addPushTarget')
  addPushTarget({ actor, input }: CommandRequest<'addPushTarget'>): Promise<PushTargetView> {
    return this.targets.add(actor, input);
  }

  @Command('removePushTarget')
  removePushTarget({ actor, input }: CommandRequest<'removePushTarget'>): Promise<PushTargetRemovedView> {
    return this.targets.remove(actor, input);
  }
}
