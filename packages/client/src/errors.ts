import type { ErrorCode } from './contract.gen.js';

/**
 * What went wrong without an answer of the server.
 *
 * - `NO_ANSWER`: the command may have been executed; the same `clientId` makes a repeat harmless.
 * - `OFFLINE`: there is no connection, so it was not sent.
 * - `CLOSED`: the client was stopped.
 * - `EXPIRED`: an entry of the outbox waited for more than a day.
 * - `NOT_SUPPORTED`: this server does not have it.
 * - `UNSUPPORTED_SERVER`: the server speaks an older protocol than this client needs.
 */
export type ClientErrorCode =
  'NO_ANSWER' | 'OFFLINE' | 'CLOSED' | 'EXPIRED' | 'NOT_SUPPORTED' | 'UNSUPPORTED_SERVER';

/** Of those that are thrown without a message of their own. */
const MESSAGES: Partial<Record<ClientErrorCode, string>> = {
  NO_ANSWER: 'The server did not answer in time. The command may have been executed.',
  OFFLINE: 'There is no connection to the server.',
  CLOSED: 'The client was stopped.',
  EXPIRED: 'It could not be sent for more than a day.',
};

/** Back-off: milliseconds until the next try, after so many; a random time up to a bound that doubles. */
const FIRST_MS = 300;
const LONGEST_MS = 20_000;

export function backOff(tries: number): number {
  return Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
}

/** What a storage does, for so many milliseconds: then it is taken for one that never answers. */
export function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The storage did not answer in time.')), ms);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Refusals that time heals. */
export const LATER: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'OVERLOADED',
  'RATE_LIMITED',
  'SLOW_MODE',
  'INTERNAL',
]);

/** So often a command is tried that fails with INTERNAL: the next time would end as these did. */
export const MOST_INTERNAL = 5;

/** Refusals that another token may mend. */
export const OF_TOKEN: ReadonlySet<string> = new Set(['TOKEN_EXPIRED', 'TOKEN_INVALID', 'UNAUTHENTICATED']);

/** No answer came: whether the command was executed is not known. */
export const UNKNOWN: ReadonlySet<string> = new Set(['NO_ANSWER', 'OFFLINE', 'CLOSED']);

/** An error as a server or a handshake tells it. */
export interface ErrorAnswer {
  code: string;
  message?: string;
  details?: unknown;
  retryAfterMs?: number;
}

/** Every error of this client. `code` is one of the server's (docs/reference/errors.md) or a {@link ClientErrorCode}. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  readonly code: ErrorCode | ClientErrorCode;
  readonly details: unknown;
  /** Milliseconds after which the server asks to try again. */
  readonly retryAfterMs: number | undefined;
  /** The command that failed; undefined where it was none. */
  readonly command: string | undefined;

  constructor(error: ErrorAnswer, command?: string) {
    super(error.message ?? MESSAGES[error.code as ClientErrorCode] ?? error.code);
    this.code = error.code as ErrorCode;
    this.details = error.details;
    this.retryAfterMs = error.retryAfterMs;
    this.command = command;
  }

  /** Whether the same command may succeed later without a change. */
  get retryable(): boolean {
    return LATER.has(this.code) || (UNKNOWN.has(this.code) && this.code !== 'CLOSED');
  }
}

/** Anything that was caught, as an error of this client. */
export function toChatError(error: unknown, command?: string): ChatError {
  if (error instanceof ChatError) return error;
  return new ChatError(
    { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) },
    command,
  );
}
