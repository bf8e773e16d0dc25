import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { AppError } from '../../contract/index.js';

/** Maximum milliseconds of a request to the key server. */
const FETCH_WITHIN_MS = 2_000;

/** Maximum bytes of the keys, decompressed. */
const MAX_BYTES = 256 * 1024;

/** Maximum number of keys. */
const MAX_KEYS = 100;

/** Minimum milliseconds between two requests, however many tokens name unknown keys. */
const COOLDOWN_MS = 1_000;

/** Milliseconds after which the keys are fetched again, so that withdrawn keys are refused. */
const REFRESH_EVERY_MS = 5 * 60_000;

const RETRY_AFTER_MS = 2_000;

/** As `fetch`, for an answer within the bounds. What is beyond them is not read. */
const boundedFetch: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`expected 200, and got ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`expected at most ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (numberOfKeys(text) > MAX_KEYS) throw new Error(`expected at most ${MAX_KEYS} keys`);
  return new Response(text);
};

function numberOfKeys(text: string): number {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? keys.length : 0;
  } catch {
    // The parser's message would repeat some of the text.
    throw new Error('expected JSON');
  }
}

/**
 * The public keys of another issuer's key server.
 *
 * Known keys keep working while the server is away. An unknown key is looked up at once, or a second after the last
 * request: all waiting callers share one request, and get UNAVAILABLE within 3 s when it fails. A redirect, and an
 * answer that is too large or too slow, is a failure.
 */
export class RemoteKeys {
  private readonly logger = new Logger(RemoteKeys.name);
  private readonly set;
  private readonly timer: NodeJS.Timeout;
  private fetching: Promise<void> | null = null;
  private fetchedAt = -Infinity;

  constructor(url: URL) {
    // This class decides when to fetch the keys again.
    this.set = createRemoteJWKSet(url, {
      timeoutDuration: FETCH_WITHIN_MS,
      cooldownDuration: Infinity,
      cacheMaxAge: Infinity,
      [customFetch]: boundedFetch,
    });
    this.refresh();
    this.timer = setInterval(() => this.refresh(), REFRESH_EVERY_MS).unref();
  }

  /** @throws AppError UNAVAILABLE; jose's errors for an unknown key. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.set.jwks() === undefined) await this.fetch();
    try {
      return await this.set(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.fetch();
    return this.set(header, token);
  };

  stop(): void {
    clearInterval(this.timer);
  }

  private refresh(): void {
    this.fetch().catch((error: Error) =>
      this.logger.warn(`Could not fetch the keys of JWT_JWKS_URL, trying again: ${String(error.cause)}`),
    );
  }

  private fetch(): Promise<void> {
    this.fetching ??= this.fetchNow().finally(() => (this.fetching = null));
    return this.fetching;
  }

  private async fetchNow(): Promise<void> {
    const wait = this.fetchedAt + COOLDOWN_MS - performance.now();
    if (wait > 0) await pause(wait);
    try {
      await this.set.reload();
    } catch (cause) {
      throw new AppError('UNAVAILABLE', { cause, retryAfterMs: RETRY_AFTER_MS });
    } finally {
      this.fetchedAt = performance.now();
    }
  }
}
