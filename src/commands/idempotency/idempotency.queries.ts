import type { CommandName } from '../../contract/index.js';
import { statement } from '../../database/statement.js';
import type { Kept } from './repeats.js';

/** A key and its owner; 0 is the application. */
interface OwnKey {
  owner: number;
  key: string;
}

/** `$1` owner (0: the application), `$2` key, `$3` command, `$4` hash of the body: 1 when the key is new. */
export const claimKey = statement.count({
  name: 'idempotency.claim',
  text: `
    INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash") VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING`,
  values: ({ owner, key, command, bodyHash }: OwnKey & { command: CommandName; bodyHash: string }) => [
    owner,
    key,
    command,
    bodyHash,
  ],
});

/** SQL: the command has not been answered. `answer` is from the version before this one. */
const unanswered = 'kept IS NULL AND answer IS NULL';

/** `$1` owner, `$2` key: the command and body hash of a key, and what is kept; null: no answer yet. */
export const findKey = statement.oneOrNone({
  name: 'idempotency.find',
  text: `
    SELECT command, "bodyHash", COALESCE(kept, json_build_object('answer', answer)) AS kept, ${unanswered} AS unanswered
    FROM idempotency_keys WHERE "actorId" = $1 AND key = $2`,
  values: ({ owner, key }: OwnKey) => [owner, key],
  row: ([command, bodyHash, kept, isUnanswered]: [CommandName, string, Kept, boolean]) => ({
    command,
    bodyHash,
    kept: isUnanswered ? null : kept,
  }),
});

/** `$1` owner, `$2` key, `$3` milliseconds: 1 when the claim has been without an answer for that long. */
export const takeOverKey = statement.count({
  name: 'idempotency.takeOver',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = clock_timestamp()
    WHERE "actorId" = $1 AND key = $2 AND ${unanswered}
      AND "claimedAt" < clock_timestamp() - $3 * interval '1 millisecond'`,
  values: ({ owner, key, idleMs }: OwnKey & { idleMs: number }) => [owner, key, idleMs],
});

/** `$1` owner, `$2` key, `$3` what finds the answer again, `$4` the chat with which the key goes, or null. */
export const keepAnswer = statement.count({
  name: 'idempotency.keepAnswer',
  text: `UPDATE idempotency_keys SET kept = $3::json, "chatId" = $4 WHERE "actorId" = $1 AND key = $2`,
  values: ({ owner, key, kept, chatId }: OwnKey & { kept: Kept; chatId: number | null }) => [
    owner,
    key,
    JSON.stringify(kept),
    chatId,
  ],
});

/** `$1` owner, `$2` key, `$3` milliseconds: makes a claim that old, so that the same command takes it over at once. */
export const freeKey = statement.count({
  name: 'idempotency.free',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = clock_timestamp() - $3 * interval '1 millisecond'
    WHERE "actorId" = $1 AND key = $2 AND ${unanswered}`,
  values: ({ owner, key, idleMs }: OwnKey & { idleMs: number }) => [owner, key, idleMs],
});

/** `$1` owner, `$2` key: deletes a claim without an answer. */
export const dropKey = statement.count({
  name: 'idempotency.drop',
  text: `DELETE FROM idempotency_keys WHERE "actorId" = $1 AND key = $2 AND ${unanswered}`,
  values: ({ owner, key }: OwnKey) => [owner, key],
});

/** `$1` owner, `$2` milliseconds that keys are kept, `$3` most: how many keys they have, at most so many. */
export const countKeys = statement.one({
  name: 'idempotency.count',
  text: `
    SELECT count(*) FROM (
      SELECT 1 FROM idempotency_keys
      WHERE "actorId" = $1 AND "claimedAt" > clock_timestamp() - $2 * interval '1 millisecond' LIMIT $3
    ) k`,
  values: ({ owner, keepMs, most }: { owner: number; keepMs: number; most: number }) => [owner, keepMs, most],
  row: ([count]: [number]) => count,
});

/** `$1` owner, `$2` milliseconds that keys are kept: the age of their oldest key, in milliseconds; null: no key. */
export const oldestKey = statement.one({
  name: 'idempotency.oldest',
  text: `
    SELECT (extract(epoch FROM clock_timestamp() - min("claimedAt")) * 1000)::bigint AS age FROM idempotency_keys
    WHERE "actorId" = $1 AND "claimedAt" > clock_timestamp() - $2 * interval '1 millisecond'`,
  values: ({ owner, keepMs }: { owner: number; keepMs: number }) => [owner, keepMs],
  row: ([age]: [number | null]) => age,
});

/** `$1` milliseconds that keys are kept, `$2` limit: removes up to that many older ones, and returns how many. */
export const removeExpiredKeys = statement.count({
  name: 'idempotency.removeExpired',
  text: `
    DELETE FROM idempotency_keys WHERE ("actorId", key) IN (
      SELECT "actorId", key FROM idempotency_keys
      WHERE "claimedAt" <= clock_timestamp() - $1 * interval '1 millisecond'
      ORDER BY "claimedAt" LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ keepMs, most }: { keepMs: number; most: number }) => [keepMs, most],
});

/** `$1` a deleted chat, `$2` limit: removes up to that many keys of commands about it, and returns how many. */
export const removeKeysOfChat = statement.count({
  name: 'idempotency.removeOfChat',
  text: `
    DELETE FROM idempotency_keys WHERE ("actorId", key) IN (
      SELECT "actorId", key FROM idempotency_keys WHERE "chatId" = $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    )`,
  values: ({ chatId, most }: { chatId: number; most: number }) => [chatId, most],
});
