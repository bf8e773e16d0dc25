import type { ChatError, ClientErrorCode, ErrorCode } from '@chat-api/client';

export type AnyCode = ErrorCode | ClientErrorCode;

/** One sentence for each code: what is wrong, and what to do. */
export const SENTENCES: Record<AnyCode, string> = {
  VALIDATION_FAILED: 'The server does not accept this as it is. Change it and try again.',
  UNAUTHENTICATED: 'You are not signed in. Sign in again.',
  TOKEN_EXPIRED: 'Your session has ended. Sign in again.',
  TOKEN_INVALID: 'Your session is not valid. Sign in again.',
  TOKEN_REUSED: 'Your session was used elsewhere. Sign in again.',
  CREDENTIALS_WRONG: 'User name or password is wrong.',
  FORBIDDEN: 'You are not allowed to do that here.',
  DEACTIVATED: 'Your account is closed for now.',
  USER_DEACTIVATED: 'The account of this person is closed for now.',
  REFUSED_BY_APPLICATION: 'This message is not allowed here. Change it and try again.',
  SILENCED: 'An admin does not let you write here for now.',
  SLOW_MODE: 'Slow mode: wait a moment before the next message.',
  NOT_FOUND: 'It is no longer here, or you are no longer a member.',
  UNKNOWN_COMMAND: 'This server cannot do that.',
  NOT_CONFIGURED: 'This server is not set up for that.',
  CONFLICT: 'Something has changed in the meantime. Reload and try again.',
  GROUP_FULL: 'The group is full.',
  IDEMPOTENCY_MISMATCH: 'It was sent before with different content. Try again.',
  PAYLOAD_REFUSED: 'It is too large to be sent. Make it shorter.',
  RATE_LIMITED: 'That was too fast. Wait a moment.',
  INTERNAL: 'Something went wrong on the server. Try again.',
  OVERLOADED: 'The server is busy right now. Try again in a moment.',
  UNAVAILABLE: 'The server is not available right now. Try again in a moment.',
  NO_ANSWER: 'The server did not answer in time. Try again.',
  OFFLINE: 'There is no connection.',
  CLOSED: 'The connection was closed.',
  EXPIRED: 'It could not be sent for more than a day. Try again if it still matters.',
  NOT_SUPPORTED: 'This server cannot do that.',
  UNSUPPORTED_SERVER: 'This server is too old for this page.',
};

/** What went wrong, in words; with the seconds to wait where the server says them. */
export function sentenceOf(error: unknown): string {
  const { code, retryAfterMs, details } = (error ?? {}) as Partial<ChatError>;
  const sentence = SENTENCES[code as AnyCode] ?? SENTENCES.INTERNAL;
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000));
  if (code === 'RATE_LIMITED' && retryAfterMs !== undefined) return `That was too fast. Wait ${seconds} s.`;
  if (code === 'SLOW_MODE' && retryAfterMs !== undefined)
    return `Slow mode: wait ${seconds} s before the next message.`;
  if (code === 'VALIDATION_FAILED' && Array.isArray(details) && details.length > 0) {
    const { path, message } = details[0] as { path?: string; message?: string };
    if (message) return `${path ? `${path}: ` : ''}${message}`;
  }
  if (code === 'REFUSED_BY_APPLICATION') {
    const { reason } = (details ?? {}) as { reason?: string | null };
    if (reason) return reason;
  }
  if (code === 'CONFLICT' && error instanceof Error && error.message !== code) return error.message;
  return sentence;
}
