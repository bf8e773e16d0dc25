/**
 * Something that can be read and watched. `get` gives the same object until it has changed, as React's
 * `useSyncExternalStore` wants it; listeners are called once for all changes of the same microtask, or of as long as the
 * client's `schedule` waits.
 */
export interface Readable<T> {
  get(): T;
  /** @returns the way to end it */
  subscribe(listener: () => void): () => void;
}

/** Calls something once, later. */
export type Schedule = (work: () => void) => void;

/** Collects what has changed, and tells the listeners of each once, when the code that changes it has ended. */
export class Batch {
  #changed = new Set<{ tell(): void }>();

  readonly #schedule: Schedule;

  constructor(schedule: Schedule = queueMicrotask) {
    this.#schedule = schedule;
  }

  add(cell: { tell(): void }): void {
    const schedule = this.#schedule;
    if (this.#changed.size === 0)
      schedule(() => {
        const cells = this.#changed;
        this.#changed = new Set();
        for (const cell of cells) cell.tell();
      });
    this.#changed.add(cell);
  }
}

/** A value that is computed when somebody reads it after a change. */
export class Cell<T> implements Readable<T> {
  readonly #listeners = new Set<() => void>();
  #value: T | undefined;
  #stale = true;

  readonly #batch: Batch;
  readonly #compute: (before: T | undefined) => T;
  readonly #used: ((used: boolean) => void) | undefined;

  /**
   * `compute` gets the value before, to hand the same object on when nothing has changed. `used` hears when the first
   * listener comes and when the last one has left.
   */
  constructor(batch: Batch, compute: (before: T | undefined) => T, used?: (used: boolean) => void) {
    this.#batch = batch;
    this.#compute = compute;
    this.#used = used;
  }

  get(): T {
    if (this.#stale) {
      this.#stale = false;
      this.#value = this.#compute(this.#value);
    }
    return this.#value as T;
  }

  subscribe(listener: () => void): () => void {
    const own = () => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#used?.(true);
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#used?.(false);
    };
  }

  /** What it is computed from has changed. */
  invalidate(): void {
    this.#stale = true;
    if (this.#listeners.size > 0) this.#batch.add(this);
  }

  tell(): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener();
      } catch (error) {
        // A listener's fault must not keep the others from hearing; it is reported as any other uncaught error.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
