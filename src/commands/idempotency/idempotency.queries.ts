import type { Statement } from '../../database/database.js';

/** `$1` who asks (0: the application), `$2` key, `$3` command, `$4` hash of the body: a row when the key is new. */
export const claimKey: Statement = {
  name: 'idempotency.claim',
  text: `
    INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash") VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING key`,
};

/** `$1` who asks, `$2` key: what is known of it. */
export const findKey: Statement = {
  name: 'idempotency.find',
  text: `SELECT command, "bodyHash", answer FROM idempotency_keys WHERE "actorId" = $1 AND key = $2`,
};

/** `$1` who asks, `$2` key, `$3` milliseconds: a row when whoever claimed it has given no answer for that long. */
export const takeOverKey: Statement = {
  name: 'idempotency.takeOver',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = clock_timestamp()
    WHERE "actorId" = $1 AND key = $2 AND answer IS NULL
      AND "claimedAt" < clock_timestamp() - $3 * interval '1 millisecond'
    RETURNING key`,
};

/** `$1` who asks, `$2` key, `$3` the answer. */
export const keepAnswer: Statement = {
  name: 'idempotency.keepAnswer',
  text: `UPDATE idempotency_keys SET answer = $3::json WHERE "actorId" = $1 AND key = $2`,
};

/** `$1` who asks, `$2` key: from now on whoever has the same command may take the claim over, on any node. */
export const freeKey: Statement = {
  name: 'idempotency.free',
  text: `
    UPDATE idempotency_keys SET "claimedAt" = 'epoch' WHERE "actorId" = $1 AND key = $2 AND answer IS NULL`,
};

/** `$1` who asks, `$2` key: forgets a claim that came to nothing. */
export const dropKey: Statement = {
  name: 'idempotency.drop',
  text: `DELETE FROM idempotency_keys WHERE "actorId" = $1 AND key = $2 AND answer IS NULL`,
};
