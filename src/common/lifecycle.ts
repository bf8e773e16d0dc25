import { Injectable } from '@nestjs/common';
import { AppError } from '../contract/index.js';

/** When a client should try again: at another node, or at this one after its restart. Milliseconds. */
const RETRY_AFTER_MS = 1_000;

/** The error for a command or request on a node that shuts down. */
export function goingDown(): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS });
}

/** The stage of this node's stop. Both edges read it; the drain sets it. */
@Injectable()
export class Lifecycle {
  stage: 'serving' | 'notice' | 'refusing' = 'serving';

  /** A stop has begun: the node reports "not ready" to load balancers. */
  get isDraining(): boolean {
    return this.stage !== 'serving';
  }

  /** New handshakes and requests are refused. */
  get isRefusing(): boolean {
    return this.stage === 'refusing';
  }
}
