/** The rooms of Socket.IO that a socket is in besides its own: their names are made, and read, here only. */

/** All sockets of a person. */
export const userRoom = (userId: number): string => `user:${userId}`;
/** Sockets that watch a person's presence. */
export const presenceRoom = (userId: number): string => `presence:${userId}`;
/** Sockets of a group's members. */
export const chatRoom = (chatId: number): string => `chat:${chatId}`;

export const isUserRoom = (room: string): boolean => room.startsWith('user:');
export const isPresenceRoom = (room: string): boolean => room.startsWith('presence:');
export const isChatRoom = (room: string): boolean => room.startsWith('chat:');

/** Whose room it is; null when it is no room of that kind. */
export const userIdOf = (room: string): number | null => (isUserRoom(room) ? numberIn(room) : null);
export const watchedIn = (room: string): number | null => (isPresenceRoom(room) ? numberIn(room) : null);
export const chatIdOf = (room: string): number | null => (isChatRoom(room) ? numberIn(room) : null);

const numberIn = (room: string): number => Number(room.slice(room.indexOf(':') + 1));
