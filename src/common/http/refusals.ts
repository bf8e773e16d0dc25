import type { IncomingMessage } from 'node:http';
import { type ErrorView, errorCatalogue } from '../../contract/index.js';
import type { PageGuard } from './page-guard.js';

/** An answer that is given in place of the application's. */
export interface Refusal {
  readonly status: number;
  /** Names and values in turn, without Content-Length and Connection. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Headers that report a rate limit, besides Retry-After. Pages of other origins may read them. */
export const LIMIT_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** The headers of an answer that scripts of allowed origins may read. */
export const EXPOSED_HEADERS = [...LIMIT_HEADERS, 'Retry-After', 'X-Request-Id'];

/** Seconds that a browser may keep the answer to a preflight: the longest that Chromium does. */
export const PREFLIGHT_SECONDS = 7_200;

/** What may be about one person is for nobody else, and no cache keeps it. */
export const PRIVATE = ['Cache-Control', 'private, no-store'] as const;

/** The headers with which a browser lets a page of an allowed origin read an answer; names and values in turn. */
export type HeadersFor = (request: IncomingMessage) => readonly string[];

/** As Nest's CORS answers, without its middleware. */
export function corsHeaders(pages: PageGuard): HeadersFor {
  const exposed = ['Access-Control-Expose-Headers', EXPOSED_HEADERS.join(',')];
  const forAll = ['Access-Control-Allow-Origin', '*', ...exposed];
  if (pages.allowsAll) return () => forAll;
  const vary = ['Vary', 'Origin', ...exposed];
  return ({ headers: { origin } }) =>
    origin !== undefined && pages.allows(origin) ? ['Access-Control-Allow-Origin', origin, ...vary] : vary;
}

/** An error as an answer of its own, in the form of REST. `headers`: others that it should have. */
export function refusal(error: ErrorView, headers: readonly string[] = []): Refusal {
  const { status } = errorCatalogue[error.code];
  const waits = error.retryAfterMs !== undefined || status === 429 || status === 503;
  return {
    status,
    headers: [
      'Content-Type',
      'application/json; charset=utf-8',
      ...(waits ? ['Retry-After', String(Math.ceil((error.retryAfterMs ?? 1_000) / 1_000))] : []),
      ...headers,
    ],
    body: JSON.stringify({ error }),
  };
}
