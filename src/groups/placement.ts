import type { GroupAdds } from '../contract/index.js';
import type { Candidate } from './consent.queries.js';

/**
 * What becomes of a user whom somebody adds to a group. `withheld`: as `invited` for the one who adds, but the user
 * does not learn of it. `leftOut`: neither.
 */
export type Placement = 'added' | 'invited' | 'withheld' | 'leftOut';

const strictness: Record<GroupAdds, number> = { everybody: 0, contacts: 1, invited: 2 };

/**
 * The stricter of the server's policy and the user's own setting holds. Those who left the group or declined it come
 * back by their own act only. One who blocks the adder is answered for as one who is invited, so that the adder does
 * not learn of the block.
 */
export function placementOf(candidate: Candidate, policy: GroupAdds): Placement {
  if (candidate.isBlockedByAdder) return 'leftOut';
  if (candidate.blocksAdder || candidate.hasDeclinedLately) return 'withheld';
  const own = candidate.groupAdds ?? 'everybody';
  const rule = strictness[own] > strictness[policy] ? own : policy;
  const asked = rule === 'invited' || (rule === 'contacts' && !candidate.isContact);
  return asked || candidate.hasLeft || candidate.hasDeclined ? 'invited' : 'added';
}

/**
 * Whether adding or inviting the user counts against RATE_LIMIT_ADDS. It depends only on what the adder may know, so
 * that the limit says nothing about blocks.
 */
export function isCharged({ isContact, isBlockedByAdder, hasLeft }: Candidate): boolean {
  return !isBlockedByAdder && (!isContact || hasLeft);
}
