import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../contract/index.js';
import { tooSlow } from '../database/failure.js';
import type { Outcome } from '../database/group-commit.js';
import type { Entry, Sent } from './draft.js';

/** Entries of the batch with the sender and key of an earlier one: they get that one's outcome. */
export function splitTwins(batch: readonly Entry[]): { unique: Entry[]; twins: [Entry, Entry][] } {
  const firsts = new Map<string, Entry>();
  const twins: [Entry, Entry][] = [];
  const unique = batch.filter((entry) => {
    if (entry.draft.clientId === null) return true;
    const id = `${entry.draft.senderId} ${entry.key}`;
    const first = firsts.get(id);
    if (first) twins.push([entry, first]);
    else firsts.set(id, entry);
    return !first;
  });
  return { unique, twins };
}

/** What the repeat of an entry of the same batch gets. */
export function outcomeOfTwin(twin: Entry, first: Entry): Outcome<Sent> {
  const { outcome } = first;
  if (!outcome) return { ok: false, error: tooSlow() };
  if (!outcome.ok) return outcome;
  const { message } = outcome.result;
  const { draft } = twin;
  const sameTarget =
    draft.chatId === null ? draft.receiverId === message.receiverId : draft.chatId === message.chatId;
  const same =
    sameTarget &&
    draft.content === first.draft.content &&
    draft.replyToId === first.draft.replyToId &&
    isDeepStrictEqual(draft.metadata, first.draft.metadata);
  return same
    ? { ok: true, result: { ...outcome.result, written: false } }
    : { ok: false, error: new AppError('IDEMPOTENCY_MISMATCH') };
}
