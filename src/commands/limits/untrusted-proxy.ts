import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';

/** Milliseconds for which one is said to be there after a request that it seems to have passed on. */
const SEEN_FOR_MS = 600_000;

/** Says once in the log that a proxy seems to stand in front, while TRUST_PROXY says that there is none. */
export class UntrustedProxy {
  private readonly logger = new Logger('Limits');
  private isTold = false;
  private seenAt = -Infinity;

  /** Whether a request came through it in the last ten minutes. */
  get isThere(): boolean {
    return performance.now() - this.seenAt < SEEN_FOR_MS;
  }

  look({ headers }: IncomingMessage): void {
    if (headers['x-forwarded-for'] === undefined) return;
    this.seenAt = performance.now();
    if (this.isTold) return;
    this.isTold = true;
    this.logger.warn(
      'A request came with X-Forwarded-For, and TRUST_PROXY is 0, so the header is ignored. If there is a proxy in front, set TRUST_PROXY to the number of proxies: until then all users behind it count as one address, and share its limits.',
    );
  }
}
