/** Milliseconds after the ack of a removal from which on nothing of the group may come. */
const SILENT_AFTER_MS = 1_000;

/** What somebody hears of a group that they are removed from and added to again. Times of one clock. */
export class Ear {
  /** Messages that came since they were added, or at first since it listens. */
  messages = 0;
  /** Events that came within the second after the ack of a removal. */
  soon = 0;
  /** Those that came later, by their names. */
  readonly late: string[] = [];
  private removedAt = Infinity;

  hear(event: string, at: number): void {
    if (at - this.removedAt > SILENT_AFTER_MS) this.late.push(event);
    else if (at >= this.removedAt) this.soon++;
    else if (event === 'newMessage') this.messages++;
  }

  /** The removal was acked. */
  removed(at: number): void {
    this.removedAt = at;
  }

  /** They are about to be added. */
  added(): void {
    this.removedAt = Infinity;
    this.messages = 0;
  }
}
