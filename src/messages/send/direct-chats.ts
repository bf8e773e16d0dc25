import { Injectable } from '@nestjs/common';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import type { Draft } from './draft.js';

/** A direct chat. Its people never change for as long as it exists. */
export interface DirectChat {
  chatId: number;
  user1Id: number;
  user2Id: number;
}

/** Direct chats remembered; the oldest are forgotten first. */
const REMEMBERED = 100_000;

/** Direct chats that this process has seen, by their id and by their two people. */
@Injectable()
export class DirectChats {
  private readonly byPair = new Map<string, DirectChat>();
  private readonly byId = new BoundedMap<number, DirectChat>(REMEMBERED, (_, chat) => this.forgetPair(chat));

  /** The chat a message goes to, if its sender is one of its two people; undefined when it is not known here. */
  of({ senderId, chatId, receiverId }: Draft): DirectChat | undefined {
    if (receiverId !== null) return this.byPair.get(pairOf(senderId, receiverId));
    const chat = chatId === null ? undefined : this.byId.get(chatId);
    return chat && (chat.user1Id === senderId || chat.user2Id === senderId) ? chat : undefined;
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

/** Two people, whichever way round. */
export const pairOf = (one: number, other: number) => (one < other ? `${one} ${other}` : `${other} ${one}`);
