/**
 * Every error a client can get. `status` is the HTTP status of the REST edge; `message` says what is wrong,
 * `advice` what to do about it. docs/reference/errors.md holds the same table and a test keeps the two equal.
 */
export const errorCatalogue = {
  VALIDATION_FAILED: {
    status: 400,
    message: 'Invalid input: `details` names each wrong field and what was expected there.',
    advice: 'Correct the fields named in `details`. The same input fails again.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message:
      'Authentication required: send an access token as `Authorization: Bearer …`, on a socket as auth.token of the handshake; a backend sends its API key as `X-Api-Key`. In open mode, or with an API key for what a user does, name the user.',
    advice:
      'With AUTH=jwt send an access token: `auth.token` in the handshake of a socket, `Authorization: Bearer …` over REST. A backend sends its API key as `X-Api-Key`. In open mode, and with an API key for commands that need a user, name the user: `userId` or `senderId`, the `X-User-Id` header, on a socket `auth.userId` of the handshake or `userOnline`.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    message: 'The token has expired: get a new one.',
    advice:
      'Access token: get a new one by `POST /auth/refresh` or from the service that issued it; on a socket send it by `authenticate`. Refresh token: log in again.',
  },
  TOKEN_INVALID: {
    status: 401,
    message: 'This server does not accept the token or API key: log in again, or check the key.',
    advice:
      'Log in again. Check that the token was issued for this server and is an access token, not a refresh token.',
  },
  TOKEN_REUSED: {
    status: 401,
    message: 'This refresh token was used before, so its session was ended: log in again.',
    advice:
      'Log in again. A refresh token works once, and for 30 s after that gives the same new one again: keep the newest. If somebody else used it, change the password.',
  },
  CREDENTIALS_WRONG: {
    status: 401,
    message: 'Wrong username or password: check both.',
    advice: 'Check both: for safety the server does not say which of the two is wrong.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'You are not allowed to do this: it needs another role, another user or an API key.',
    advice:
      'Ask a member with a higher role, or act as the user of your own token. The same request fails again. If a web page or a host name was refused, the message says which environment variable of the server allows it.',
  },
  REFUSED_BY_APPLICATION: {
    status: 403,
    message: 'The application does not let this message through: see `details`.',
    advice:
      'Show `details.reason`, the words of the application (null: it gave none). `details.code` is its own code, or null. The same message fails again.',
  },
  SILENCED: {
    status: 403,
    message: 'An admin has muted you in this group: wait for retryAfterMs milliseconds.',
    advice:
      'Wait for `retryAfterMs` milliseconds (at most 24.8 days; `silencedUntil` of the chat says exactly until when), or ask an admin of the group. Until then you can read, take back what is yours, and nothing else.',
  },
  DEACTIVATED: {
    status: 403,
    message: 'This user is deactivated by the application: `details` says until when, and why.',
    advice:
      'Stop, and show `details.reason`. `details.until` is when it ends by itself, and `retryAfterMs` how long that is (at most 24.8 days); null: only the application ends it, and there is no `retryAfterMs`. After that the same tokens and passwords work again.',
  },
  USER_DEACTIVATED: {
    status: 403,
    message: 'The other user is deactivated by the application: nobody can write to them.',
    advice: 'Wait until `userUpdated` says that they are back. The chat and its messages stay.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'Not found, or not visible to you: check the id.',
    advice: 'Check the id. The answer is the same whether it does not exist or you may not see it.',
  },
  UNKNOWN_COMMAND: {
    status: 404,
    message: 'Unknown command or route: check the name.',
    advice: 'Compare the name with the commands in docs/reference/protocol.md.',
  },
  NOT_CONFIGURED: {
    status: 404,
    message:
      'This server is not configured for this command: see its AUTH, JWT_SECRET, REGISTRATION, and for pushes its keys.',
    advice:
      'Accounts and tokens of this server need AUTH=jwt and JWT_SECRET; registering also needs REGISTRATION=open. If another service issues the tokens, log in there. A push target needs the keys of its kind: `GET /push/key` says which there are.',
  },
  CONFLICT: {
    status: 409,
    message: 'This conflicts with the current state: see `details`.',
    advice:
      'Read `details`: a name or id is already taken, a maximum is reached, a group would have no owner, or you have to send another command first.',
  },
  GROUP_FULL: {
    status: 409,
    message: 'The group would have too many members: add fewer.',
    advice: '`details.limit` is the maximum. Add fewer people, or create another group.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    message: 'This clientId (or Idempotency-Key) was used before with a different input: use a new one.',
    advice: 'Use a new key for each new message. Repeat a key only with the same input.',
  },
  PAYLOAD_REFUSED: {
    status: 413,
    message:
      'The payload is too large, too deeply nested or has too many keys and elements: send less at once.',
    advice: 'Split it into smaller requests. docs/reference/limits.md lists the maximums.',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'Too many requests: wait for retryAfterMs milliseconds, then retry.',
    advice: 'Wait for `retryAfterMs` milliseconds, then retry. `details.limit` names the limit.',
  },
  SLOW_MODE: {
    status: 429,
    message: 'This group is in slow mode: wait for retryAfterMs milliseconds before your next message.',
    advice:
      'Wait for `retryAfterMs` milliseconds, then send again with the same `clientId`. `slowModeSeconds` of the chat is the time between two messages of a member.',
  },
  INTERNAL: {
    status: 500,
    message: 'Internal server error: retry with the same clientId.',
    advice: 'Retry with the same `clientId`. If it happens again, look at the log of the server.',
  },
  OVERLOADED: {
    status: 503,
    message: 'Too much work is waiting: wait for retryAfterMs milliseconds, then retry.',
    advice: 'Wait for `retryAfterMs` milliseconds, then retry with the same `clientId`.',
  },
  UNAVAILABLE: {
    status: 503,
    message:
      'Temporarily unavailable: the database cannot be reached or is too slow, or the server is shutting down. Retry with the same clientId.',
    advice:
      'Retry after `retryAfterMs` milliseconds with the same `clientId`: the command may already have been executed.',
  },
} as const satisfies Record<string, { status: number; message: string; advice: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

/** One fault of an input: where (`content`, `memberIds.3`; empty for the whole) and what was expected there. */
export interface FieldFault {
  path: string;
  message: string;
}

/** An error as clients see it, on both edges. Never holds a stack or what the client sent. */
export interface ErrorView {
  code: ErrorCode;
  message: string;
  details?: unknown;
  /** Milliseconds. */
  retryAfterMs?: number;
}

export interface AppErrorOptions {
  /** Replaces the catalogue's message. Must not repeat input. */
  message?: string;
  details?: unknown;
  /** Milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** What services throw. Anything else that is thrown is logged whole and shown as INTERNAL. */
export class AppError extends Error {
  readonly details: unknown;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    options: AppErrorOptions = {},
  ) {
    super(options.message ?? errorCatalogue[code].message, { cause: options.cause });
    this.name = 'AppError';
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  toView(): ErrorView {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }
}
