/** A place in a line. */
export interface Place {
  /** Resolves when all before it in its line have left. */
  readonly turn: Promise<void>;
  /** Has to be called once, also by who leaves before it is their turn: who comes behind waits for who is before. */
  leave(): void;
}

/** Lines of callers, one for each key. Nothing is kept of a line in which nobody stands. */
export class Lines<Key> {
  private readonly last = new Map<Key, Promise<void>>();

  has(key: Key): boolean {
    return this.last.has(key);
  }

  enter(key: Key): Place {
    const turn = this.last.get(key) ?? Promise.resolve();
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const end = turn.then(() => left);
    this.last.set(key, end);
    void end.then(() => {
      if (this.last.get(key) === end) this.last.delete(key);
    });
    return { turn, leave };
  }
}
