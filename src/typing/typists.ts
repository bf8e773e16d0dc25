/** Milliseconds after which somebody who says nothing more has stopped. */
export const EXPIRES_AFTER_MS = 5_000;

/** Milliseconds for which a repeat is announced to nobody; it puts off the end all the same. */
export const REPEAT_AFTER_MS = 2_000;

/** Most people of a chat who are announced as typing at once, each node by itself. */
export const MOST_IN_CHAT = 20;

/** Most chats in which one socket types at once; another one ends the first of them. */
export const MOST_OF_SOCKET = 5;

/** Somebody who types in a chat, or did a moment ago. */
export interface Typist {
  readonly chatId: number;
  readonly userId: number;
  /** The socket that said so last. */
  connectionId: string;
  typing: boolean;
  /** Whether the others believe that they type. */
  announced: boolean;
  /** When the others were last announced so. */
  announcedAt: number;
  /** Resolves once it is known that they may; null before anybody asked. */
  allowed: Promise<void> | null;
  allowedAt: number;
  /** Until when they type without another word; once they have stopped, until when they are remembered. */
  timer: NodeJS.Timeout;
  /** Running while they began again too soon after they were announced. */
  again: NodeJS.Timeout | null;
}

interface ChatTypists {
  typists: Map<number, Typist>;
  announced: number;
}

/**
 * Who types where, as said at the sockets of this node. In a chat a person is announced as typing once in
 * `REPEAT_AFTER_MS`, and as having stopped once after that.
 */
export class Typists {
  private readonly chats = new Map<number, ChatTypists>();
  private readonly sockets = new Map<string, Set<Typist>>();

  /** `tell` is called with what the others are to believe. */
  constructor(private readonly tell: (typist: Typist, typing: boolean) => void) {}

  find(chatId: number, userId: number): Typist | undefined {
    return this.chats.get(chatId)?.typists.get(userId);
  }

  /** They type, or still do. `announce` tells the others, when that is due. */
  press(chatId: number, userId: number, connectionId: string): Typist {
    const known = this.find(chatId, userId);
    if (known) {
      known.typing = true;
      this.own(known, connectionId);
      this.endAfter(known, EXPIRES_AFTER_MS);
      return known;
    }
    const typist: Typist = {
      chatId,
      userId,
      connectionId,
      typing: true,
      announced: false,
      announcedAt: -Infinity,
      allowed: null,
      allowedAt: -Infinity,
      timer: setTimeout(() => this.remove(typist), EXPIRES_AFTER_MS).unref(),
      again: null,
    };
    const chat = this.chats.get(chatId) ?? { typists: new Map<number, Typist>(), announced: 0 };
    chat.typists.set(userId, typist);
    this.chats.set(chatId, chat);
    this.own(typist, connectionId);
    return typist;
  }

  /** Tells the others that they type: now, later if they were announced just now, or not at all if too many type. */
  announce(typist: Typist): void {
    const chat = this.chats.get(typist.chatId);
    if (!typist.typing || typist.again || chat?.typists.get(typist.userId) !== typist) return;
    const wait = typist.announcedAt + REPEAT_AFTER_MS - performance.now();
    if (wait > 0) {
      // A repeat is swallowed: they are believed to type.
      if (typist.announced) return;
      typist.again = setTimeout(() => {
        typist.again = null;
        this.announce(typist);
      }, wait).unref();
      return;
    }
    if (!typist.announced && chat.announced >= MOST_IN_CHAT) return;
    if (!typist.announced) chat.announced++;
    typist.announced = true;
    typist.announcedAt = performance.now();
    this.tell(typist, true);
  }

  /** The others are to believe no more that they type. */
  withdraw(typist: Typist): void {
    if (typist.again) clearTimeout(typist.again);
    typist.again = null;
    if (!typist.announced) return;
    typist.announced = false;
    const chat = this.chats.get(typist.chatId);
    if (chat) chat.announced--;
    this.tell(typist, false);
  }

  /** They have stopped, by their own word; remembered for as long as they may not be announced as typing again. */
  stop(typist: Typist): void {
    typist.typing = false;
    this.withdraw(typist);
    const rest = typist.announcedAt + REPEAT_AFTER_MS - performance.now();
    if (rest > 0) this.endAfter(typist, rest);
    else this.remove(typist);
  }

  /** They have stopped, and nothing is remembered. */
  remove(typist: Typist): void {
    const chat = this.chats.get(typist.chatId);
    if (chat?.typists.get(typist.userId) !== typist) return;
    typist.typing = false;
    this.withdraw(typist);
    clearTimeout(typist.timer);
    this.disown(typist);
    chat.typists.delete(typist.userId);
    if (chat.typists.size === 0) this.chats.delete(typist.chatId);
  }

  /** Those who said it last at this socket. */
  at(connectionId: string): Iterable<Typist> {
    return this.sockets.get(connectionId) ?? [];
  }

  /** Ends timers; nobody is announced anything more. */
  clear(): void {
    for (const { typists } of this.chats.values()) {
      for (const { timer, again } of typists.values()) {
        clearTimeout(timer);
        if (again) clearTimeout(again);
      }
    }
    this.chats.clear();
    this.sockets.clear();
  }

  private endAfter(typist: Typist, ms: number): void {
    clearTimeout(typist.timer);
    typist.timer = setTimeout(() => this.remove(typist), ms).unref();
  }

  private own(typist: Typist, connectionId: string): void {
    this.disown(typist);
    typist.connectionId = connectionId;
    const own = this.sockets.get(connectionId) ?? new Set();
    this.sockets.set(connectionId, own.add(typist));
    const [first] = own;
    if (own.size > MOST_OF_SOCKET && first) this.remove(first);
  }

  private disown(typist: Typist): void {
    const own = this.sockets.get(typist.connectionId);
    own?.delete(typist);
    if (own?.size === 0) this.sockets.delete(typist.connectionId);
  }
}
