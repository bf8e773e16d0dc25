/** What `Subscriptions` needs of Redis. */
export interface Channels {
  readonly isUp: boolean;
  subscribe(rooms: readonly string[]): Promise<void>;
  unsubscribe(rooms: readonly string[]): Promise<void>;
  fail(reason: string): void;
}

interface Pass {
  done: Promise<void>;
  finish(): void;
}

function newPass(): Pass {
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { done, finish };
}

/**
 * Keeps this node subscribed to the rooms that have sockets here. Rooms that change while a command is under way
 * go together in the next one; a room that came and went meanwhile costs nothing.
 */
export class Subscriptions {
  private readonly on = new Set<string>();
  private changed = new Set<string>();
  private next = newPass();
  /** The command under way. */
  private flying: { rooms: ReadonlySet<string>; pass: Pass } | null = null;
  private running = false;

  constructor(
    private readonly channels: Channels,
    private readonly isWanted: (room: string) => boolean,
  ) {}

  get size(): number {
    return this.on.size;
  }

  /** A room has its first socket here, or lost its last. */
  mark(room: string): void {
    this.changed.add(room);
    this.start();
  }

  /**
   * Resolves when messages to the rooms arrive here, or when the link breaks. Null: they arrive already, or Redis is
   * down.
   */
  heard(rooms: Iterable<string>): Promise<void> | null {
    if (!this.channels.isUp) return null;
    let last: Promise<void> | null = null;
    for (const room of rooms) {
      if (this.on.has(room)) continue;
      if (!this.flying?.rooms.has(room)) return this.next.done;
      last = this.flying.pass.done;
    }
    return last;
  }

  /** The link broke: nothing is subscribed any longer, and waiting callers go on. */
  forget(): void {
    this.on.clear();
    this.changed.clear();
    this.flying?.pass.finish();
    this.next.finish();
    this.next = newPass();
  }

  /** Subscribes to all of these, after the link has come up. Returns false when the link broke again. */
  async restore(rooms: Iterable<string>): Promise<boolean> {
    for (const room of rooms) this.changed.add(room);
    const { next } = this;
    if (this.changed.size === 0) return true;
    this.start();
    await next.done;
    return this.channels.isUp;
  }

  private start(): void {
    if (this.running || !this.channels.isUp) return;
    this.running = true;
    // After the sockets of this turn, so that their rooms share a command.
    setImmediate(() => void this.run());
  }

  private async run(): Promise<void> {
    while (this.changed.size > 0 && this.channels.isUp) {
      const changed = [...this.changed];
      const pass = this.next;
      this.changed = new Set();
      this.next = newPass();
      this.flying = { rooms: new Set(changed), pass };
      const enter = changed.filter((room) => !this.on.has(room) && this.isWanted(room));
      const leave = changed.filter((room) => this.on.has(room) && !this.isWanted(room));
      for (const room of leave) this.on.delete(room);
      try {
        await Promise.all([
          enter.length > 0 ? this.channels.subscribe(enter) : null,
          leave.length > 0 ? this.channels.unsubscribe(leave) : null,
        ]);
        if (this.channels.isUp) for (const room of enter) this.on.add(room);
      } catch {
        // Some of them may be subscribed now and some not: a new link subscribes to all again.
        this.channels.fail('a subscription failed');
      }
      this.flying = null;
      pass.finish();
    }
    this.running = false;
    if (!this.channels.isUp) this.changed.clear();
  }
}
