import { type OnGatewayDisconnect, WebSocketGateway } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { type Actor, personOf } from '../auth/actor.js';
import type { PresenceView } from '../contract/index.js';
import { Command, type CommandRequest } from '../realtime/command.decorator.js';
import { Connection } from '../realtime/connection.js';
import { Rooms } from '../realtime/rooms.js';
import { PresenceService } from './presence.service.js';

/** Who is at a socket. */
@WebSocketGateway()
export class PresenceGateway implements OnGatewayDisconnect<Socket> {
  constructor(
    private readonly presence: PresenceService,
    private readonly rooms: Rooms,
  ) {}

  @Command('userOnline')
  async userOnline({ input }: CommandRequest<'userOnline'>, connection: Connection): Promise<PresenceView> {
    const { userId } = input;
    const before = connection.userId;
    connection.userId = userId;
    if (before !== null && before !== userId) {
      await this.presence.leave(before, connection.id, { grace: false });
    }
    const view = await this.presence.enter(userId, connection.id);
    await this.rooms.enter(connection, userId);
    // It may have closed meanwhile, before presence knew of it.
    if (!connection.socket.connected) await this.presence.leave(userId, connection.id, { grace: true });
    return view;
  }

  @Command('userOffline')
  async userOffline({ actor }: { actor: Actor }, connection: Connection): Promise<PresenceView> {
    const userId = personOf(actor);
    if (connection.userId === userId) {
      connection.userId = null;
      this.rooms.leave(connection);
      await this.presence.leave(userId, connection.id, { grace: false });
    }
    return this.presence.viewOf(userId);
  }

  @Command('getOnlineUsers')
  getOnlineUsers({ actor }: { actor: Actor }): Promise<PresenceView[]> {
    return this.presence.listOnline(actor.userId);
  }

  async handleDisconnect(socket: Socket): Promise<void> {
    const connection = Connection.of(socket);
    if (connection?.userId == null) return;
    await this.presence.leave(connection.userId, socket.id, { grace: true });
  }
}
