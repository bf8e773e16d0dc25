import { type OnGatewayDisconnect, WebSocketGateway } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { AppError, type PresenceView, type VisibilityView } from '../contract/index.js';
import type { CommandRequest } from '../commands/request.js';
import { Command } from '../sockets/command.decorator.js';
import { Connection } from '../sockets/connection.js';
import { Rooms } from '../delivery/rooms.js';
import { PresenceService } from './presence.service.js';
import { VisibilityService } from './visibility.service.js';

/** Who is at a socket. */
@WebSocketGateway()
export class PresenceGateway implements OnGatewayDisconnect<Socket> {
  constructor(
    private readonly presence: PresenceService,
    private readonly visibility: VisibilityService,
    private readonly rooms: Rooms,
  ) {}

  @Command('userOnline')
  async userOnline({ input }: CommandRequest<'userOnline'>, connection: Connection): Promise<PresenceView> {
    const { userId } = input;
    const before = connection.userId;
    connection.userId = userId;
    if (before !== null && before !== userId) {
      await this.presence.leave(before, connection.id);
    }
    const view = await this.presence.enter(userId, connection.id);
    await this.rooms.enter(connection, userId);
    // It may have closed meanwhile, before presence knew of it.
    if (!connection.socket.connected) await this.presence.drop(userId, connection.id);
    return view;
  }

  @Command('userOffline')
  async userOffline({ actor }: { actor: Actor }, connection: Connection): Promise<PresenceView> {
    const userId = requireUserId(actor);
    if (connection.userId === userId) {
      connection.userId = null;
      this.rooms.leave(connection);
      await this.presence.leave(userId, connection.id);
    }
    return this.presence.ofOne(actor, userId);
  }

  @Command('getOnlineUsers')
  getOnlineUsers({ actor }: CommandRequest<'getOnlineUsers'>): Promise<PresenceView[]> {
    return this.presence.listOnline(actor);
  }

  @Command('getPresence')
  getPresence({ actor, input }: CommandRequest<'getPresence'>): Promise<PresenceView[]> {
    return this.presence.of(actor, input.userIds);
  }

  /** A watch is ended by its person's room, so only a socket at which they are online has one. */
  @Command('watchPresence')
  async watchPresence(
    { actor, input }: CommandRequest<'watchPresence'>,
    connection: Connection,
  ): Promise<PresenceView[]> {
    const isThere = () => connection.userId === actor.userId;
    if (!isThere() && input.userIds.length > 0) throw offlineHere();
    return this.presence.of(actor, input.userIds, (visible) => {
      this.rooms.watch(connection, isThere() ? visible : []);
    });
  }

  @Command('setVisibility')
  setVisibility({ actor, input }: CommandRequest<'setVisibility'>): Promise<VisibilityView> {
    return this.visibility.set(actor, input.visible);
  }

  @Command('getVisibility')
  getVisibility({ actor }: CommandRequest<'getVisibility'>): Promise<VisibilityView> {
    return this.visibility.get(actor);
  }

  async handleDisconnect(socket: Socket): Promise<void> {
    const connection = Connection.of(socket);
    if (connection?.userId == null) return;
    await this.presence.drop(connection.userId, socket.id);
  }
}

function offlineHere(): AppError {
  return new AppError('CONFLICT', {
    message: 'A socket hears of the presence of others while its own person is online there.',
    details: [{ path: '', message: 'expected `userOnline` before, by this socket' }],
  });
}
