import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../contract/index.js';
import { tooSlow } from '../../common/errors/failure.js';
import type { Outcome } from '../../common/flow/batcher.js';
import type { Draft, Entry, Sent } from './draft.js';

/** Finds entries with the sender and key of an earlier entry: as a rule they get the outcome of the earlier one. */
export function splitDuplicates(batch: readonly Entry[]): { unique: Entry[]; duplicates: [Entry, Entry][] } {
  const firsts = new Map<string, Entry>();
  const duplicates: [Entry, Entry][] = [];
  const unique = batch.filter((entry) => {
    if (entry.draft.clientId === null) return true;
    const id = `${entry.draft.senderId} ${entry.key}`;
    const first = firsts.get(id);
    if (first) duplicates.push([entry, first]);
    else firsts.set(id, entry);
    return !first;
  });
  return { unique, duplicates };
}

/** Whether a duplicate has to be written after all: the first entry was a different message, and was refused. */
export function standsAlone(duplicate: Entry, first: Entry): boolean {
  return (
    first.outcome?.ok === false &&
    !(isSameDraft(duplicate.draft, first.draft) && isSameBody(duplicate, first))
  );
}

/** The outcome of a duplicate within a batch. */
export function outcomeOfDuplicate(duplicate: Entry, first: Entry): Outcome<Sent> {
  const { outcome } = first;
  if (!outcome) return { ok: false, error: tooSlow() };
  if (!outcome.ok) return outcome;
  return isSameTarget(duplicate.draft, outcome.result.message) && isSameBody(duplicate, first)
    ? { ok: true, result: { ...outcome.result, written: false } }
    : { ok: false, error: new AppError('IDEMPOTENCY_MISMATCH') };
}

type Target = Pick<Draft, 'chatId' | 'receiverId'>;

const isSameDraft = (draft: Target, other: Target) =>
  draft.chatId === other.chatId && draft.receiverId === other.receiverId;

/** Whether a message is where a draft was to go. */
function isSameTarget({ chatId, receiverId }: Target, message: Target): boolean {
  return (
    (chatId === null || chatId === message.chatId) &&
    (receiverId === null || receiverId === message.receiverId)
  );
}

function isSameBody({ draft }: Entry, { draft: other }: Entry): boolean {
  return isDeepStrictEqual(draft.original ?? draft.body, other.original ?? other.body);
}
