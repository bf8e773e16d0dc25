/** What delivery tells other rooms of this node. */

/** A socket of this node has left a room; both null: it has closed. */
export interface SocketLeft {
  connectionId: string;
  /** It is at this person's disposal no more. */
  userId: number | null;
  /** It hears this group no more. */
  chatId: number | null;
}

declare module '../common/bus.js' {
  interface InnerEvents {
    /** These people have been taken out of a chat, and hear it no more: said where that was ordered. */
    membersLeft: { chatId: number; userIds: readonly number[] };

    /** A socket of this node hears a person's or a group's events no more. */
    socketLeft: SocketLeft;

    /**
     * Sockets of this node, in these rooms or all, may have missed events of other nodes; with `orders` also that they
     * were to join and leave rooms.
     */
    eventsMissed: { rooms: ReadonlySet<string> | null; orders: boolean };

    /**
     * Other nodes may not have heard what this one published since that moment of `performance.now()`, and can now. Chats
     * are made whole by `sync`; this is for what is not.
     */
    eventsLost: { since: number };
  }
}
