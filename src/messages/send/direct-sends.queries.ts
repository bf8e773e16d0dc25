import type { MessageRow } from '../../database/models/message.model.js';
import { plainBodies } from '../model/body.queries.js';
import type { DirectBatch } from './direct-batch.js';
import { statement } from '../../database/statement.js';

/**
 * Writes a batch of messages to known direct chats, in one statement and so in one commit. It does what `sendMessages`
 * does when that finds nothing to refuse, at about half the cost. All or nothing.
 *
 * Arrays of the chats, ordered by id: `$1` id, `$2` number of messages, `$3` and `$4` how many of them the first and
 * the second user sends. Arrays of the messages: `$5` sender, `$6` the position of the chat in `$1`, `$7` the position
 * of the message in its chat, `$8` key. `$9` is the number of messages. From `$10` on follow the columns of the body
 * without `replyToId`: a reply is not a plain message.
 *
 * It returns one row for the whole batch, {@link DirectNumbers}: a row for each message costs more (docs/adr/0008).
 *
 * It fails with a serialization failure when a chat was deleted, one of its users blocks the other, or one is
 * deactivated, and with a unique violation when a key was used before. `sendMessages` then finds out which message it was.
 */
export const sendDirect = statement.one({
  name: 'messages.sendDirect',
  text: `
    WITH bumped AS (
      UPDATE chats c SET
        "lastSeq" = c."lastSeq" + n.count, version = c.version + n.count, "lastActivityAt" = clock_timestamp(),
        "user1Sent" = c."user1Sent" + n.by1, "user2Sent" = c."user2Sent" + n.by2
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) AS n(chat, count, by1, by2)
      WHERE c.id = n.chat AND NOT c."user1Blocks" AND NOT c."user2Blocks" AND NOT c.closed
      RETURNING c.id, c."lastSeq" - n.count AS "lastSeq", c.version - n.count AS version, c."lastActivityAt" AS at
    ), base AS MATERIALIZED (
      SELECT array_agg(id ORDER BY id) AS chats, array_agg("lastSeq" ORDER BY id) AS seqs,
        array_agg(version ORDER BY id) AS versions, array_agg(at ORDER BY id) AS moments,
        CASE WHEN array_agg(id ORDER BY id) = $1::bigint[]
          THEN ARRAY(SELECT nextval('messages_id_seq') FROM generate_series(1, $9::int))
          ELSE ARRAY[memberships_changed()] END AS ids
      FROM bumped
    ), written AS (
      INSERT INTO messages (id, "chatId", seq, version, "senderId", "clientId", ${plainBodies.list}, "createdAt")
      OVERRIDING SYSTEM VALUE
      SELECT b.ids[i.idx], b.chats[i.nr], b.seqs[i.nr] + i.nth, b.versions[i.nr] + i.nth, i.sender, i.key,
        ${plainBodies.of('i')}, b.moments[i.nr]
      FROM base b CROSS JOIN unnest(
        $5::bigint[], $6::int[], $7::int[], $8::text[], ${plainBodies.parameters(10)}
      ) WITH ORDINALITY AS i(sender, nr, nth, key, ${plainBodies.list}, idx)
    )
    SELECT ids, seqs, versions, moments FROM base`,
  values: (batch: DirectBatch) => batch.values(),
  row: ([ids, seqs, versions, moments]: [number[], number[], number[], string[]]): DirectNumbers => ({
    ids,
    seqs,
    versions,
    moments,
  }),
});

/** What {@link sendDirect} returns. */
export interface DirectNumbers {
  /** Ids of the messages, in the order of the batch. */
  ids: number[];
  /** `lastSeq` and `version` of the chats before the batch, ordered by chat id. */
  seqs: number[];
  versions: number[];
  /** When each chat got its messages, which is their `createdAt` and the chat's `lastActivityAt`. */
  moments: string[];
}

/** What the database assigns to a message. */
export type Numbers = Pick<MessageRow, 'id' | 'seq' | 'version' | 'createdAt'>;
