import type { ChatListItem, Events, Member, MessagesPage, Synced } from '../contract.gen.js';
import { applyMembers, applySync, beginPage, endPage, listChats, meetChat } from './catch-up.js';
import { applyChange } from './changes.js';
import { forgetChat, thinChat, trimChat } from './loaded.js';
import { applyNote, applyPresence, applyUsers } from './notes.js';
import type { Listener, Scope } from './scope.js';
import type { Change, ChangeName, ChatState, State } from './state.js';

const CHANGES: ReadonlySet<string> = new Set<ChangeName>([
  'newMessage',
  'messageEdited',
  'messageDeleted',
  'reactionsChanged',
  'chatUpdated',
  'membersAdded',
  'memberRemoved',
  'memberUpdated',
]);

/**
 * Changes the state by what the server says. These are the rules of docs/guides/sync.md; no socket, no timer and no
 * promise is here. State is changed in place: what it costs depends on the change and not on what is there.
 */
export class Applier {
  readonly #scope: Scope;
  /** What is heard while a `sync` is under way waits for its answer, which may be older or newer. */
  #held: [name: keyof Events, body: never][] | null = null;

  constructor(state: State, tell: Listener) {
    this.#scope = { state, tell };
  }

  /** A `sync` begins. */
  hold(): void {
    this.#held ??= [];
  }

  /** The answer to `sync` is applied, or there is none. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const [name, body] of held) this.hear(name, body);
  }

  /** An event of a socket, or the answer to a command as the event that it stands for. */
  hear<N extends keyof Events>(name: N, body: Events[N]): void {
    if (this.#held) this.#held.push([name, body as never]);
    else if (CHANGES.has(name)) applyChange(this.#scope, { name, body } as Change);
    else applyNote(this.#scope, name, body);
  }

  /** A chat that this device has kept. */
  kept(chat: ChatState): void {
    this.#scope.state.chats.set(chat.id, meetChat(this.#scope, chat));
  }

  /** Chats of a list. */
  list(items: Iterable<ChatListItem>): void {
    listChats(this.#scope, items);
  }

  /** Begins to read a page of a chat; `page` is its end. */
  reads(chat: ChatState): void {
    beginPage(chat);
  }

  /** The answer to a page; null: there was none. */
  page(chat: ChatState, page: MessagesPage | null, asked: { before?: number; after?: number }): void {
    endPage(this.#scope, chat, page, asked);
  }

  members(chat: ChatState, members: Iterable<Member>, version: number): void {
    applyMembers(this.#scope, chat, members, version);
  }

  /** One answer to `sync`. */
  sync(answer: Synced): void {
    applySync(this.#scope, answer);
  }

  present(presences: Iterable<Events['userStatus']>): void {
    applyPresence(this.#scope, presences);
  }

  people(users: Iterable<Events['userUpdated']>): void {
    applyUsers(this.#scope, users);
  }

  /** The chat is no longer there for this person. */
  forget(chatId: number): void {
    forgetChat(this.#scope, chatId);
  }

  /** Drops what a chat holds beyond the newest `most` messages, or all of it. */
  trim(chat: ChatState, most: number): void {
    trimChat(this.#scope, chat, most);
  }

  /** Drops what is far from a seq where more than `most` messages are loaded, but not the newest `newest`. */
  thin(chat: ChatState, around: number, most: number, newest: number): void {
    thinChat(this.#scope, chat, around, most, newest);
  }
}
