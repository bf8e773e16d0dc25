import { WebSocketGateway } from '@nestjs/websockets';
import { requireUserId } from '../commands/identity/actor.js';
import type { CommandRequest } from '../commands/request.js';
import type { ActiveView } from '../contract/index.js';
import { Command } from '../sockets/command.decorator.js';
import type { Connection } from '../sockets/connection.js';
import { ActiveDevices } from './active-devices.js';
import { offlineHere } from './offline-here.js';

/** Which devices are used right now, as they say. */
@WebSocketGateway()
export class ActiveGateway {
  constructor(private readonly devices: ActiveDevices) {}

  @Command('setActive')
  async setActive(
    { actor, input }: CommandRequest<'setActive'>,
    connection: Connection,
  ): Promise<ActiveView> {
    const userId = requireUserId(actor);
    if (connection.userId !== userId || !connection.socket.connected) throw offlineHere('setActive');
    await this.devices.set(userId, connection.id, input.active);
    return { userId, active: input.active };
  }
}
