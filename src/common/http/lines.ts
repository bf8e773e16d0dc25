interface Line {
  served: number;
  readonly waiting: (() => void)[];
}

/**
 * A queue for each key: at most `most` pieces of work of one key are done at the same time, the others wait. However
 * many come for one key, those of other keys do not wait for them.
 */
export class Lines {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly most: number) {}

  /** Calls `serve` now or when it is its turn, in the order of the calls of its key. `leave` must follow, once. */
  enter(key: string, serve: () => void): void {
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = { served: 0, waiting: [] }));
    if (line.served >= this.most) line.waiting.push(serve);
    else {
      line.served++;
      serve();
    }
  }

  /** One that was served is done: the next one's turn comes. */
  leave(key: string): void {
    const line = this.lines.get(key)!;
    const next = line.waiting.shift();
    if (next) next();
    else if (--line.served === 0) this.lines.delete(key);
  }
}
