/** Names of the rooms that a socket is in besides its own. Only this file builds and parses them. */

/** All sockets of a user. */
export const userRoom = (userId: number): string => `user:${userId}`;
/** Sockets that watch a user's presence. */
export const presenceRoom = (userId: number): string => `presence:${userId}`;
/** Sockets of a group's members. */
export const chatRoom = (chatId: number): string => `chat:${chatId}`;

export const isUserRoom = (room: string): boolean => room.startsWith('user:');
export const isPresenceRoom = (room: string): boolean => room.startsWith('presence:');
export const isChatRoom = (room: string): boolean => room.startsWith('chat:');

/** The id in a room name; null for a room of another kind. */
export const userIdOf = (room: string): number | null => (isUserRoom(room) ? numberIn(room) : null);
export const watchedIn = (room: string): number | null => (isPresenceRoom(room) ? numberIn(room) : null);
export const chatIdOf = (room: string): number | null => (isChatRoom(room) ? numberIn(room) : null);

const numberIn = (room: string): number => Number(room.slice(room.indexOf(':') + 1));
