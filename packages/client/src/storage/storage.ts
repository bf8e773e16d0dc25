/**
 * - `meta`: who it belongs to, and up to where it was synchronised.
 * - `chat`: a chat with its newest messages.
 * - `outbox`: a command that was not answered yet.
 * - `draft`: what a person has begun to write.
 */
export type RowKind = 'meta' | 'chat' | 'outbox' | 'draft';

/** One row; `value` is JSON, undefined: the row goes. */
export interface Row {
  kind: RowKind;
  key: string;
  value: unknown;
}

/** What is kept of one account on this device. */
export interface StorageSession {
  rows(kind: RowKind): Promise<[key: string, value: unknown][]>;
  /** All or nothing. */
  write(rows: readonly Row[]): Promise<void>;
  /** Deletes everything of this account. */
  clear(): Promise<void>;
  close(): void;
}

/** Where a client keeps what it knows: in memory, in IndexedDB, or in a store of the application. */
export interface Storage {
  /** `scope` names server and account. */
  open(scope: string): Promise<StorageSession>;
}
