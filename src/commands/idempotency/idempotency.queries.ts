import type { CommandName } from '../../contract/index.js';
import { statement } from '../../database/statement.js';

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

/** `$1` owner, `$2` key: the command, body hash and answer of a key. */
export const findKey = statement.oneOrNone({
  name: 'idempotency.find',
  text: `SELECT command, "bodyHash", answer FROM idempotency_keys WHERE "actorId" = $1 AND key = $2`,
  values: ({ owner, key }: OwnKey) => [owner, key],
  row: ([command, bodyHash, answer]: [CommandName, string, unknown]) => ({ command, bodyHash, answer }),
});

/** `$1` owner, `$2` key, `$3` milliseconds: 1 when the claim has been without an answer for that long. */
export const takeOverKey = statement.count({
  name: 'idempotency.takeOver',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = clock_timestamp()
    WHERE "actorId" = $1 AND key = $2 AND answer IS NULL
      AND "claimedAt" < clock_timestamp() - $3 * interval '1 millisecond'`,
  values: ({ owner, key, idleMs }: OwnKey & { idleMs: number }) => [owner, key, idleMs],
});

/** `$1` owner, `$2` key, `$3` the answer. */
export const keepAnswer = statement.count({
  name: 'idempotency.keepAnswer',
  text: `UPDATE idempotency_keys SET answer = $3::json WHERE "actorId" = $1 AND key = $2`,
  values: ({ owner, key, answer }: OwnKey & { answer: unknown }) => [
    owner,
    key,
    JSON.stringify(answer ?? null),
  ],
});

/** `$1` owner, `$2` key: from now on the same command may take over the claim, on any node. */
export const freeKey = statement.count({
  name: 'idempotency.free',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = 'epoch' WHERE "actorId" = $1 AND key = $2 AND answer IS NULL`,
  values: ({ owner, key }: OwnKey) => [owner, key],
});

/** `$1` owner, `$2` key: deletes a claim without an answer. */
export const dropKey = statement.count({
  name: 'idempotency.drop',
  text: `DELETE FROM idempotency_keys WHERE "actorId" = $1 AND key = $2 AND answer IS NULL`,
  values: ({ owner, key }: OwnKey) => [owner, key],
});
