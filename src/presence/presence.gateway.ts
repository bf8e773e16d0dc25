import { type OnGatewayDisconnect, WebSocketGateway } from '@nestjs/websockets';
import type { Socket } from 'socket.io';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import type { PresenceView, VisibilityView } from '../contract/index.js';
import { Deactivations } from '../commands/identity/deactivations.js';
import type { CommandRequest } from '../commands/request.js';
import { Arrivals } from '../sockets/arrivals.js';
import { Command } from '../sockets/command.decorator.js';
import { Connection } from '../sockets/connection.js';
import { UserSockets } from '../sockets/user-sockets.js';
import { Rooms } from '../delivery/rooms.js';
import { offlineHere } from './offline-here.js';
import { PresenceService } from './presence.service.js';
import { VisibilityService } from './visibility.service.js';

/** Presence commands of a socket: which user is online at it, and whom it watches. */
@WebSocketGateway()
export class PresenceGateway implements OnGatewayDisconnect<Socket> {
  constructor(
    private readonly presence: PresenceService,
    private readonly visibility: VisibilityService,
    private readonly rooms: Rooms,
    private readonly userSockets: UserSockets,
    private readonly arrivals: Arrivals,
    private readonly deactivations: Deactivations,
  ) {}

  @Command('userOnline')
  async userOnline({ input }: CommandRequest<'userOnline'>, connection: Connection): Promise<PresenceView> {
    const { userId } = input;
    const before = connection.userId;
    this.userSockets.enter(connection.socket, userId);
    connection.userId = userId;
    const greeting = connection.greetedAs === userId ? null : this.arrivals.greetingOf(userId);
    if (before !== null && before !== userId) {
      await this.presence.leave(before, connection.id);
    }
    const view = await this.presence.enter(userId, connection.id);
    await this.rooms.enter(connection, userId);
    (await greeting)?.(connection);
    connection.greetedAs = userId;
    // The socket may have closed before presence had it.
    if (!connection.socket.connected) await this.presence.drop(userId, connection.id);
    return view;
  }

  @Command('userOffline')
  async userOffline({ actor }: { actor: Actor }, connection: Connection): Promise<PresenceView> {
    const userId = requireUserId(actor);
    if (connection.userId === userId) {
      connection.userId = null;
      connection.greetedAs = null;
      this.userSockets.leave(connection.socket);
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

  /** A watch is ended through the viewer's own room, so only a socket that is online as its user may have one. */
  @Command('watchPresence')
  async watchPresence(
    { actor, input }: CommandRequest<'watchPresence'>,
    connection: Connection,
  ): Promise<PresenceView[]> {
    const isOnline = () => connection.userId === actor.userId;
    if (!isOnline() && input.userIds.length > 0) throw offlineHere('watchPresence');
    return this.presence.of(actor, input.userIds, (visible) => {
      this.rooms.watch(connection, isOnline() ? visible : []);
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
    // Nobody waits for somebody to come back who can't.
    if (this.deactivations.of(connection.userId)) await this.presence.leave(connection.userId, socket.id);
    else await this.presence.drop(connection.userId, socket.id);
  }
}
