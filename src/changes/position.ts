/**
 * A place in the log: after this message, and after this row of the outbox among those that were noted between that message
 * and the next one.
 */
export interface Position {
  messageId: number;
  outboxId: number;
}

/** Whether one place is after the other. */
export const isAfter = (one: Position, other: Position): boolean =>
  one.messageId === other.messageId ? one.outboxId > other.outboxId : one.messageId > other.messageId;
