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
    const named = definitionOf(command)
      .actor.map((field) => fields[field])
      .filter((userId) => userId !== undefined);
    const claimed = claim.userId;
    const userId = claimed !== null && named.includes(claimed) ? claimed : (named[0] ?? claimed);
    return { userId, origin: claim.origin };
  }
}
