/** Events of delivery for other parts of this node. */

/** A socket of this node has left a room. Both ids are null when it has closed. */
export interface SocketLeft {
  connectionId: string;
  /** Set when it has left the room of this user. */
  userId: number | null;
  /** Set when it has left the room of this group. */
  chatId: number | null;
}

declare module '../common/bus.js' {
  interface InnerEvents {
    /** These users have left a chat, and no longer receive its events. Emitted on the node that ordered it. */
    membersLeft: { chatId: number; userIds: readonly number[] };

    /** A socket of this node no longer receives a user's or a group's events. */
    socketLeft: SocketLeft;

    /**
     * Sockets of this node (in these rooms; null: all) may have missed events of other nodes, and with `orders` also
     * orders to join and leave rooms.
     */
    eventsMissed: { rooms: ReadonlySet<string> | null; orders: boolean };

    /**
     * Other nodes may have missed what this node published since this time of `performance.now()`, and are reachable
     * again. Clients recover chats by `sync`; this event is for everything else.
     */
    eventsLost: { since: number };
  }
}
