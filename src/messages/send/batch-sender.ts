import { Injectable } from '@nestjs/common';
import { DirectSends } from './direct-sends.js';
import type { Entry, Findings } from './draft.js';
import { ValidatedSends } from './validated-sends.js';

/** Runs the statements of a batch once: the short one for plain messages, the long one for the rest. */
@Injectable()
export class BatchSender {
  constructor(
    private readonly direct: DirectSends,
    private readonly validated: ValidatedSends,
  ) {}

  /** Writes the plain messages, then the rest. Returns the entries to run again. */
  async attempt(entries: Entry[], findings: Findings): Promise<Entry[]> {
    const { plain, rest } = this.direct.plainOf(entries, findings);
    if (plain.length === 0 || !(await this.direct.write(plain))) return this.validated.run(entries, findings);
    return rest.length === 0 ? [] : this.validated.run(rest, findings);
  }
}
