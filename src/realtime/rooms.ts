import { Injectable } from '@nestjs/common';
import { Sql, type Statement } from '../database/sql.js';
import type { Connection } from './connection.js';
import { chatRoom, userRoom } from './publisher.js';

const groupsOf: Statement = {
  name: 'rooms.groupsOf',
  text: `
    SELECT c.id FROM chat_members m JOIN chats c ON c.id = m."chatId" AND c.type = 'group'
    WHERE m."userId" = $1`,
};

/**
 * Which rooms a socket is in: `user:<id>` for its person, `chat:<id>` for each group of theirs. Events of
 * direct chats go to the two people, events of groups to the group's room.
 */
@Injectable()
export class Rooms {
  constructor(private readonly sql: Sql) {}

  /** After it resolves the socket hears what its person may hear, and nobody else's events. */
  async enter(connection: Connection, userId: number): Promise<void> {
    const { socket } = connection;
    this.leave(connection);
    // The person's own room first: somebody added to a group meanwhile is joined to it through this room.
    await socket.join(userRoom(userId));
    const groups = await this.sql.rows<{ id: number }>(groupsOf, [userId]);
    if (connection.userId !== userId || groups.length === 0) return;
    await socket.join(groups.map((group) => chatRoom(group.id)));
    // Whoever was removed between the look and the join was taken out of a room that this socket was not in yet.
    const still = new Set((await this.sql.rows<{ id: number }>(groupsOf, [userId])).map(({ id }) => id));
    for (const { id } of groups) if (!still.has(id)) await socket.leave(chatRoom(id));
  }

  /** The socket hears nobody's events any more. */
  leave(connection: Connection): void {
    const { socket } = connection;
    for (const room of [...socket.rooms]) if (room !== socket.id) void socket.leave(room);
  }
}
