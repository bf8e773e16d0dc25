import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { AppError } from '../../contract/index.js';

/** Milliseconds that a look at the key server may take. */
const LOOK_WITHIN_MS = 2_000;

/** Milliseconds between two looks at least, however many tokens name keys that nobody knows. */
const COOLDOWN_MS = 1_000;

/** Milliseconds after which keys are looked at again, so that those taken back are refused. */
const REFRESH_EVERY_MS = 5 * 60_000;

const RETRY_AFTER_MS = 2_000;

/**
 * The public keys at somebody else's server.
 *
 * Keys that are known go on working while the server is away. A key that is not known is looked for at once, or
 * a second after the last look: all that wait share one look, and are told UNAVAILABLE within 3 s when it fails.
 */
export class RemoteKeys {
  private readonly logger = new Logger(RemoteKeys.name);
  private readonly set;
  private readonly timer: NodeJS.Timeout;
  private looking: Promise<void> | null = null;
  private lookedAt = -Infinity;

  constructor(url: URL) {
    // When to look again is decided here.
    this.set = createRemoteJWKSet(url, {
      timeoutDuration: LOOK_WITHIN_MS,
      cooldownDuration: Infinity,
      cacheMaxAge: Infinity,
    });
    this.refresh();
    this.timer = setInterval(() => this.refresh(), REFRESH_EVERY_MS).unref();
  }

  /** @throws AppError UNAVAILABLE; jose's errors for a key that is not there. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    if (this.set.jwks() === undefined) await this.look();
    try {
      return await this.set(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.look();
    return this.set(header, token);
  };

  stop(): void {
    clearInterval(this.timer);
  }

  private refresh(): void {
    this.look().catch((error: Error) =>
      this.logger.warn(`No look at the key server: ${String(error.cause)}`),
    );
  }

  private look(): Promise<void> {
    this.looking ??= this.lookNow().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookNow(): Promise<void> {
    const wait = this.lookedAt + COOLDOWN_MS - performance.now();
    if (wait > 0) await pause(wait);
    try {
      await this.set.reload();
    } catch (cause) {
      throw new AppError('UNAVAILABLE', { cause, retryAfterMs: RETRY_AFTER_MS });
    } finally {
      this.lookedAt = performance.now();
    }
  }
}
