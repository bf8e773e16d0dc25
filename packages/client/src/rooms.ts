import { type Cache, KEPT, KEPT_CHATS } from './cache.js';
import { MOST_LOADED, Room, type RoomParts } from './room.js';
import type { Store } from './store/store.js';

/** Milliseconds that a room stays after the last one has closed it, so that one who comes back reads nothing again. */
const LINGER_MS = 1_000;

/** The rooms of a client, and how much of their chats stays loaded. */
export class Rooms {
  readonly #rooms = new Map<string, Room>();
  readonly #lingering = new Map<Room, ReturnType<typeof setTimeout>>();
  readonly #store: Store;
  readonly #cache: Cache;
  readonly #parts: RoomParts;

  constructor(parts: Omit<RoomParts, 'opened' | 'closed'>, cache: Cache) {
    this.#store = parts.store;
    this.#cache = cache;
    this.#parts = {
      ...parts,
      opened: (room) => {
        this.#enter(room);
        if (room.chatId !== null) this.#used(room.chatId, Date.now());
      },
      closed: (room) => this.#linger(room),
    };
  }

  /** A chat, or the direct chat with a user, that is not opened by it: it goes again if nobody opens it. */
  get(chatId: number | null, userId: number | null): Room {
    const key = chatId === null ? `u${userId}` : String(chatId);
    let room = this.#rooms.get(key);
    if (!room) {
      room = new Room(chatId, chatId === null ? userId : null, this.#parts);
      this.#enter(room);
      this.#linger(room);
    }
    return room;
  }

  all(): Iterable<Room> {
    return this.#rooms.values();
  }

  /** Those that somebody has open, of one chat: by its id, and by its other user. */
  of(chatId: number): Room[] {
    return [...this.#rooms.values()].filter((room) => room.chatId === chatId && room.used);
  }

  /** What arrives and arrives must not fill the memory. */
  tidy(chatId: number): void {
    const chat = this.#store.chat(chatId);
    if (!chat) return;
    if (chat.seqs.size > 0 && !this.#cache.recent.has(chatId)) this.#used(chatId, 0);
    if (chat.seqs.size <= 3 * KEPT) return;
    if (this.of(chatId).length === 0) this.#store.apply.trim(chat, KEPT);
    else if (chat.seqs.size > 2 * MOST_LOADED) this.#store.apply.thin(chat, chat.lastSeq, MOST_LOADED, KEPT);
  }

  stop(): void {
    for (const [room, timer] of this.#lingering) {
      clearTimeout(timer);
      this.#left(room);
    }
    for (const room of this.#rooms.values()) room.stop();
  }

  /** A chat has messages here; of those that were last used longest ago, only the item stays. */
  #used(chatId: number, at: number): void {
    const { recent } = this.#cache;
    recent.set(chatId, at);
    this.#cache.changed(chatId);
    if (recent.size <= KEPT_CHATS) return;
    const [oldest] = [...recent].reduce((one, other) => (other[1] <= one[1] ? other : one));
    recent.delete(oldest);
    const chat = this.#store.chat(oldest);
    if (chat && this.of(oldest).length === 0) this.#store.apply.trim(chat, 0);
  }

  #enter(room: Room): void {
    if (this.#rooms.get(room.key) === room) return;
    this.#rooms.set(room.key, room);
    room.listen(true);
  }

  #linger(room: Room): void {
    clearTimeout(this.#lingering.get(room));
    const timer = setTimeout(() => this.#left(room), LINGER_MS);
    this.#lingering.set(room, timer);
  }

  #left(room: Room): void {
    this.#lingering.delete(room);
    if (room.used || this.#rooms.get(room.key) !== room) return;
    this.#rooms.delete(room.key);
    room.listen(false);
    const { chatId } = room;
    if (chatId === null || this.of(chatId).length > 0) return;
    const chat = this.#store.chat(chatId);
    if (!chat) return;
    this.#used(chatId, Date.now());
    this.#store.apply.trim(chat, KEPT);
  }
}
