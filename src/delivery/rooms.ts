import { Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { Batcher, type Outcome } from '../common/flow/batcher.js';
import { Pacer } from '../common/flow/pacer.js';
import { Database } from '../database/database.js';
import { ANSWER_WITHIN_MS, ARRIVALS_EVERY_MS } from '../common/time-bounds.js';
import {
  chatRoom,
  isChatRoom,
  isPresenceRoom,
  presenceRoom,
  userRoom,
  watchedIn,
} from './broker/room-names.js';
import { type Recipient, recipientOf } from './recipient.js';
import { groupsOf } from './rooms.queries.js';
import { SocketServer } from './socket-server.js';

/** A viewer, and a user whose presence they watch. */
export interface Watch {
  viewerId: number;
  userId: number;
}

/**
 * Which rooms a socket is in: `user:<id>` for its user, `chat:<id>` for each group of the user, `presence:<id>` for
 * each user it watches. Events of direct chats go to the two users, events of groups to the room of the group.
 */
@Injectable()
export class Rooms {
  /**
   * One statement reads the groups of users who connect at the same time: a storm of reconnects takes a few statements.
   */
  private readonly groups = new Batcher<number, number[]>({
    write: (userIds) => this.readGroups(userIds),
    batch: { some: 256, most: 1_024 },
    maxWaiting: 20_000,
    patienceMs: ANSWER_WITHIN_MS,
  });
  private readonly pacer = new Pacer({ everyMs: ARRIVALS_EVERY_MS, most: 1 });

  constructor(
    private readonly database: Database,
    private readonly server: SocketServer,
  ) {}

  /** After it resolves the socket receives all events of its user, and no others. */
  async enter(connection: Recipient, userId: number): Promise<void> {
    const { socket } = connection;
    // Events of the same user continue while the groups are read; presence watches end.
    if (socket.rooms.has(userRoom(userId))) this.watch(connection, []);
    else this.leave(connection);
    // A room that a closed socket joins would keep it for ever.
    if (!socket.connected) return;
    await this.join(socket, userId, () => connection.userId === userId && socket.connected);
  }

  /** Joins the rooms of a user, unless the socket no longer belongs to them by then. */
  async join(socket: Socket, userId: number, stillBelongs: () => boolean): Promise<void> {
    // Joined during the handshake, when no order of Socket.IO reaches the socket: the user may have been removed since.
    const before = [...socket.rooms].filter(isChatRoom);
    // The user's own room first: a user who is added to a group meanwhile joins it through this room.
    await socket.join(userRoom(userId));
    const groups = await this.groups.submit(userId);
    if (groups.length + before.length === 0 || !stillBelongs()) return;
    await socket.join(groups.map(chatRoom));
    // A user who was removed between the read and the join left a room that this socket was not in yet.
    const still = new Set((await this.groups.submit(userId)).map(chatRoom));
    for (const room of [...before, ...groups.map(chatRoom)]) if (!still.has(room)) await socket.leave(room);
  }

  /** Presence watches of the sockets of this node that are in these rooms; null: of all its sockets. */
  watches(rooms: ReadonlySet<string> | null): Watch[] {
    const { sockets, rooms: adapter } = this.server;
    const ids = new Set(
      rooms === null ? sockets.keys() : [...rooms].flatMap((room) => [...(adapter.rooms.get(room) ?? [])]),
    );
    const watches: Watch[] = [];
    for (const id of ids) {
      const socket = sockets.get(id);
      const viewerId = socket && recipientOf(socket)?.userId;
      if (viewerId == null) continue;
      for (const room of adapter.sids.get(id) ?? []) {
        const userId = watchedIn(room);
        if (userId !== null) watches.push({ viewerId, userId });
      }
    }
    return watches;
  }

  /** The socket watches these users, and nobody else. */
  watch({ socket }: Recipient, userIds: readonly number[]): void {
    if (!socket.connected) return;
    const rooms = new Set(userIds.map(presenceRoom));
    for (const room of [...socket.rooms]) {
      if (isPresenceRoom(room) && !rooms.delete(room)) void socket.leave(room);
    }
    if (rooms.size > 0) void socket.join([...rooms]);
  }

  /** The socket receives no events of users and chats any longer. */
  leave(connection: Recipient): void {
    const { socket } = connection;
    for (const room of [...socket.rooms]) if (room !== socket.id) void socket.leave(room);
  }

  private async readGroups(userIds: readonly number[]): Promise<Outcome<number[]>[]> {
    await this.pacer.wait();
    const rows = await groupsOf(this.database, [...new Set(userIds)]);
    const groups = new Map(rows.map((row) => [row.userId, row.groups]));
    return userIds.map((userId) => ({ ok: true, result: groups.get(userId) ?? [] }));
  }
}
