/**
 * Every error a client can get. `status` is the HTTP status of the REST edge; `message` says what is wrong,
 * `advice` what to do about it. docs/errors.md holds the same table and a test keeps the two equal.
 */
export const errorCatalogue = {
  VALIDATION_FAILED: {
    status: 400,
    message: 'The input does not have the expected form.',
    advice: 'Read `details`: it names each field and what was expected there. Do not retry unchanged.',
  },
  UNAUTHENTICATED: {
    status: 401,
    message: 'Nobody said who is asking.',
    advice:
      'With AUTH=jwt send a token or an API key: `Authorization: Bearer …`, on sockets `auth.token`. In open mode and with an API key name the person: by `userId` or `senderId`, or the X-User-Id header; on a socket by `userOnline`.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    message: 'The token has expired.',
    advice: 'Get a new one by `POST /auth/refresh` or from whoever gave it; on a socket send `authenticate`.',
  },
  TOKEN_INVALID: {
    status: 401,
    message: 'The token or API key is not one that this server accepts.',
    advice: 'Log in again. Check that the token is meant for this server, and that it is an access token.',
  },
  TOKEN_REUSED: {
    status: 401,
    message: 'The refresh token was used before: its session has been ended.',
    advice:
      'Log in again. A refresh token is good once; refresh one at a time. If it was not you, change the password.',
  },
  CREDENTIALS_WRONG: {
    status: 401,
    message: 'Wrong username or password.',
    advice: 'Check both. The answer is the same for either.',
  },
  FORBIDDEN: {
    status: 403,
    message: 'You are not allowed to do this.',
    advice: 'Ask somebody with a higher role in the chat, or act as yourself. Do not retry unchanged.',
  },
  NOT_FOUND: {
    status: 404,
    message: 'There is no such thing, or it is not for you to see.',
    advice: 'Check the id. The answer is the same for what does not exist and for what you may not see.',
  },
  UNKNOWN_COMMAND: {
    status: 404,
    message: 'There is no such command or route.',
    advice: 'Check the name against the list of commands.',
  },
  NOT_CONFIGURED: {
    status: 404,
    message: 'This server is not set up for that.',
    advice:
      "Accounts and tokens of our own need AUTH=jwt and JWT_SECRET, registering also REGISTRATION=open. With somebody else's tokens ask whoever signs them.",
  },
  CONFLICT: {
    status: 409,
    message: 'This contradicts what is there.',
    advice:
      'Read `details`: an identity is taken, a bound is reached, or a group would be left without an owner.',
  },
  GROUP_FULL: {
    status: 409,
    message: 'A group cannot have that many members.',
    advice: '`details` has the limit. Add fewer people, or make another group.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 409,
    message: 'That key was used before for another body.',
    advice: 'Use a new key for a new message; repeat a key only with the same body.',
  },
  PAYLOAD_REFUSED: {
    status: 413,
    message: 'The payload is too large, nested too deeply or has too many parts.',
    advice: 'Send less at once.',
  },
  RATE_LIMITED: {
    status: 429,
    message: 'Too many requests.',
    advice: 'Wait for `retryAfterMs` milliseconds, then retry.',
  },
  INTERNAL: {
    status: 500,
    message: 'Something went wrong on our side.',
    advice: 'Retry with the same `clientId`. If it stays, look into the log of the server.',
  },
  OVERLOADED: {
    status: 503,
    message: 'The server has more work than it takes on.',
    advice: 'Wait for `retryAfterMs` milliseconds, then retry with the same `clientId`.',
  },
  UNAVAILABLE: {
    status: 503,
    message: 'The database cannot be reached or is too slow, or the server is going down.',
    advice:
      'Retry after `retryAfterMs` milliseconds with the same `clientId`: it may or may not have been done.',
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
