import type { ErrorCode, ErrorView } from '@chat-api/client';
import { idOf, type Who } from './faults/identity.js';

/** An answer of the server that is an error. */
export class RestError extends Error {
  override readonly name = 'RestError';
  /** One of the codes of docs/reference/errors.md; empty if the answer has none. */
  readonly code: ErrorCode | '';
  readonly details: unknown;

  constructor(
    request: string,
    readonly status: number,
    { code, message = '', details }: Partial<ErrorView>,
  ) {
    const shown = details === undefined ? '' : ` ${JSON.stringify(details)}`;
    super(`${request}: ${status} ${code ?? ''}: ${message}${shown}`);
    this.code = code ?? '';
    this.details = details;
  }
}

export type Rest = <T = unknown>(method: string, path: string, body?: unknown, as?: Who) => Promise<T>;

/** Calls of REST as the application, or in the name of a user, with the API key if there is one. */
export function restOf(url: string, apiKey: string | null): Rest {
  return async <T>(method: string, path: string, body?: unknown, as?: Who) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(apiKey === null ? {} : { 'X-Api-Key': apiKey }),
        ...(as === undefined ? {} : { 'X-User-Id': String(idOf(as)) }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const data = asJson(text);
    if (response.ok) return data as T;
    const error = (data as { error?: Partial<ErrorView> } | null)?.error;
    throw new RestError(`${method} ${path}`, response.status, error ?? { message: text });
  };
}

function asJson(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}
