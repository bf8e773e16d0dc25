/** Milliseconds after the last `typing` command when a user counts as stopped. */
export const EXPIRES_AFTER_MS = 5_000;

/** Milliseconds for which a repeat is not announced; it still extends the typing. */
export const REPEAT_AFTER_MS = 2_000;

/** Most users of a chat who are announced as typing at once, counted per node. */
export const MOST_IN_CHAT = 20;

/** Most chats in which one socket types at once; one more ends the oldest. */
export const MOST_OF_SOCKET = 5;

/** A user who types in a chat, or has just stopped. */
export interface Typist {
  readonly chatId: number;
  readonly userId: number;
  /** The socket of the last command. */
  connectionId: string;
  typing: boolean;
  /** Whether clients of the others show the typing. */
  announced: boolean;
  /** When the typing was last announced. */
  announcedAt: number;
  /** Resolves when the permission check has passed; null before the first check. */
  allowed: Promise<void> | null;
  allowedAt: number;
  /** Removes the typist: when no repeat arrives; after a stop, when they may be announced again. */
  timer: NodeJS.Timeout;
  /** Runs when the user started again too soon to be announced: it announces them later. */
  again: NodeJS.Timeout | null;
}

interface ChatTypists {
  typists: Map<number, Typist>;
  announced: number;
}

/**
 * Who types where, by the commands at this node's sockets. A user is announced as typing in a chat at most once per
 * `REPEAT_AFTER_MS`, and as stopped at most once after that.
 */
export class Typists {
  private readonly chats = new Map<number, ChatTypists>();
  private readonly sockets = new Map<string, Set<Typist>>();

  /** `tell` sends the others whether the typist types. */
  constructor(private readonly tell: (typist: Typist, typing: boolean) => void) {}

  find(chatId: number, userId: number): Typist | undefined {
    return this.chats.get(chatId)?.typists.get(userId);
  }

  /** The user types, or still types. The caller calls `announce` to tell the others. */
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

  /** Announces the typing: now, later if the last announcement is too recent, or not at all if too many type. */
  announce(typist: Typist): void {
    const chat = this.chats.get(typist.chatId);
    if (!typist.typing || typist.again || chat?.typists.get(typist.userId) !== typist) return;
    const wait = typist.announcedAt + REPEAT_AFTER_MS - performance.now();
    if (wait > 0) {
      // A repeat is not announced: clients still show the typing.
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

  /** Announces the end of the typing, if it was announced. */
  withdraw(typist: Typist): void {
    if (typist.again) clearTimeout(typist.again);
    typist.again = null;
    if (!typist.announced) return;
    typist.announced = false;
    const chat = this.chats.get(typist.chatId);
    if (chat) chat.announced--;
    this.tell(typist, false);
  }

  /**
   * The user stopped by a command. The typist is kept until they may be announced as typing again, and for as long as
   * the permission check holds: whoever starts and stops all the time is checked no more often than others.
   */
  stop(typist: Typist): void {
    typist.typing = false;
    this.withdraw(typist);
    const rest = Math.max(typist.announcedAt, typist.allowedAt) + REPEAT_AFTER_MS - performance.now();
    if (rest > 0) this.endAfter(typist, rest);
    else this.remove(typist);
  }

  /** The user stopped, and the typist is forgotten. */
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

  /** The typists whose last command came from this socket. */
  at(connectionId: string): Iterable<Typist> {
    return this.sockets.get(connectionId) ?? [];
  }

  /** Ends timers; nothing is announced any more. */
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
