import type { Audience } from '../delivery/publisher.js';

/** All members of a chat: the two users of a direct chat (of one with oneself the one), or the room of a group. */
export function membersOf(
  chat: { chatId: number; user1Id: number | null; user2Id: number | null },
  except: string | null,
): Audience {
  return chat.user1Id !== null && chat.user2Id !== null
    ? { users: chat.user1Id === chat.user2Id ? [chat.user1Id] : [chat.user1Id, chat.user2Id], except }
    : { chat: chat.chatId, except };
}
