interface Line {
  served: number;
  /** How many were begun in this turn of the event loop. */
  begun: number;
  readonly waiting: (() => void)[];
}

/**
 * A queue for each key: at most `most` pieces of work of one key are done at the same time, and at most `perTurn` are
 * begun in one turn of the event loop; the others wait. However many come for one key, those of other keys do not wait for
 * them: what is refused without waiting for anything would otherwise begin the next one, and that the next, before anything
 * else is read.
 */
export class Lines {
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly most: number,
    private readonly perTurn: number,
  ) {}

  /** Calls `serve` now or when it is its turn, in the order of the calls of its key. `leave` must follow, once. */
  enter(key: string, serve: () => void): void {
    let line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, (line = { served: 0, begun: 0, waiting: [] }));
    line.waiting.push(serve);
    this.goOn(key, line);
  }

  /** One that was served is done: the next one's turn comes. */
  leave(key: string): void {
    const line = this.lines.get(key)!;
    line.served--;
    this.goOn(key, line);
  }

  private goOn(key: string, line: Line): void {
    while (line.waiting.length > 0 && line.served < this.most && line.begun < this.perTurn) {
      if (line.begun++ === 0) setImmediate(() => this.nextTurn(key, line));
      line.served++;
      line.waiting.shift()!();
    }
    if (line.served === 0 && line.begun === 0) this.lines.delete(key);
  }

  private nextTurn(key: string, line: Line): void {
    line.begun = 0;
    this.goOn(key, line);
  }
}
