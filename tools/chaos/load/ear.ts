/** Milliseconds after the ack of a removal; later no event of the group may come. */
const SILENT_AFTER_MS = 1_000;

/** Records what a user gets of a group from which they are removed, and to which they are added again. One clock. */
export class Ear {
  /** Messages that came since the user was added, or, before that, since the start. */
  messages = 0;
  /** Events that came within the second after the ack of a removal. */
  soon = 0;
  /** Names of events that came later. */
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

  /** The user is about to be added. */
  added(): void {
    this.removedAt = Infinity;
    this.messages = 0;
  }
}
