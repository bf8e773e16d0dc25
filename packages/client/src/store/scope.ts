import type { Message } from '../contract.gen.js';
import type { ChatState, State } from './state.js';

/** What of a chat, or of everything, has changed, so that its readers look again. */
export type Part =
  'item' | 'messages' | 'members' | 'typing' | 'marks' | 'list' | 'unread' | 'users' | 'presence';

/** What applying needs to tell the rest of the client. It tells, and asks nothing. */
export interface Listener {
  touched(part: Part, id?: number): void;
  /** A message of this person is in the chat: its pending twin can go. */
  stored(message: Message): void;
  /** Something is known to exist of which nothing is here: a `sync` brings it. */
  missing(): void;
  /** A change is kept aside, because the one before it has not come. */
  gap(chat: ChatState): void;
  /** Everything of the chat up to this version is applied. */
  applied(chatId: number, version: number): void;
  /** The chat is no longer there for this person. */
  gone(chatId: number, perhapsCleared: boolean): void;
  /** The messages that were loaded of this chat are no longer: it has changed too much. */
  reset(chatId: number): void;
  /** For `mention` and `message` of the face. */
  arrived(message: Message, mentioned: boolean): void;
}

/** What the rules work on: the state, and whom they tell. */
export interface Scope {
  readonly state: State;
  readonly tell: Listener;
}
