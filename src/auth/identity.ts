import { Injectable } from '@nestjs/common';
import { type CommandName, definitionOf } from '../contract/index.js';
import type { Actor } from './actor.js';

/** What a connection or request says about who sends it, before its input is read. */
export interface Claim {
  /** The person a socket (`userOnline`) or request (X-User-Id) has named; null: nobody yet. */
  readonly userId: number | null;
  readonly origin: string | null;
}

/** Says who is asking; never what they may do. */
@Injectable()
export class Identity {
  /**
   * Open mode: the input's own word, else the connection's. Where the input names several people (the two of
   * a direct chat) the connection's person is the one who asks if they are among them, else the first.
   */
  actorOf(command: CommandName, input: unknown, claim: Claim): Actor {
    const fields = input as Record<string, number | undefined>;
    let userId: number | null = null;
    for (const field of definitionOf(command).actor) {
      const named = fields[field];
      if (named !== undefined && (userId === null || named === claim.userId)) userId = named;
    }
    return { userId: userId ?? claim.userId, origin: claim.origin };
  }
}
