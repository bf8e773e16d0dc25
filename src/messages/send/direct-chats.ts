import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import type { Draft } from './draft.js';

/** A direct chat. Its two users never change. */
export interface DirectChat {
  chatId: number;
  user1Id: number;
  user2Id: number;
}

/** Most direct chats kept; the oldest are dropped first. */
const REMEMBERED = 100_000;

/** A cache of the direct chats that this process has seen, by id and by their two users. */
@Injectable()
export class DirectChats {
  private readonly byPair = new Map<string, DirectChat>();
  private readonly byId = new BoundedMap<number, DirectChat>(REMEMBERED, (_, chat) => this.forgetPair(chat));

  /** The chat that a message goes to; undefined: it is not in the cache, or sender and receiver are not its users. */
  of({ senderId, chatId, receiverId }: Draft): DirectChat | undefined {
    if (chatId === null)
      return receiverId === null ? undefined : this.byPair.get(pairOf(senderId, receiverId));
    const chat = this.byId.get(chatId);
    if (!chat || (chat.user1Id !== senderId && chat.user2Id !== senderId)) return undefined;
    const otherId = chat.user1Id === senderId ? chat.user2Id : chat.user1Id;
    return receiverId === null || receiverId === otherId ? chat : undefined;
  }

  remember(chatId: number, user1Id: number, user2Id: number): void {
    if (this.byId.has(chatId)) return;
    const chat = { chatId, user1Id, user2Id };
    this.byId.set(chatId, chat);
    this.byPair.set(pairOf(user1Id, user2Id), chat);
  }

  forget(chatId: number): void {
    const chat = this.byId.get(chatId);
    if (!chat) return;
    this.byId.delete(chatId);
    this.forgetPair(chat);
  }

  private forgetPair(chat: DirectChat): void {
    const pair = pairOf(chat.user1Id, chat.user2Id);
    if (this.byPair.get(pair) === chat) this.byPair.delete(pair);
  }
}

/** A key for two users, the same in either order. */
export const pairOf = (one: number, other: number) => (one < other ? `${one} ${other}` : `${other} ${one}`);
