import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';

/** Says once in the log that a proxy seems to stand in front, while TRUST_PROXY says that there is none. */
export class UntrustedProxy {
  private readonly logger = new Logger('Limits');
  private isTold = false;

  look({ headers }: IncomingMessage): void {
    if (this.isTold || headers['x-forwarded-for'] === undefined) return;
    this.isTold = true;
    this.logger.warn(
      'A request came with X-Forwarded-For, and TRUST_PROXY is 0, so the header is ignored. If there is a proxy in front, set TRUST_PROXY to the number of proxies: until then all users behind it count as one address, and share its limits.',
    );
  }
}
