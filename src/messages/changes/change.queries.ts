import { seenBySomebody } from '../../chats/chats.queries.js';
import { statement } from '../../database/statement.js';
import {
  isThere,
  type MembershipCells,
  membershipRow,
  millisecondsUntil,
  ofChat,
  ofMember,
  rulesOf,
  visibleAfter,
} from '../../chats/membership.queries.js';
import { noteChange, type NotedKind } from '../../changes/note-change.js';
import { bigints } from '../../database/binary-array.js';
import { quoted } from '../../database/columns.js';
import { messageColumns, type MessageRow, messageRow } from '../../database/models/message.model.js';
import { originalHash } from '../model/body.queries.js';
import { lastEdits } from '../deleted-contents.queries.js';
import { saidBy } from '../streamed.queries.js';
import { mentionsIn } from '../send/send.queries.js';

/** What members are told of a change of a message. */
export type MessageEvent = Extract<NotedKind, 'messageEdited' | 'messageDeleted' | 'reactionsChanged'>;

/** Keeps the hash of the original body, so that a retry of the send is still recognised. */
const keepOriginal = `
  "originalHash" = COALESCE("originalHash", ${originalHash(quoted)})`;

const ofMessage = ({ messageId, userId }: { messageId: number; userId: number | null }) => [
  messageId,
  userId,
];

/**
 * `$1` message, `$2` user or null: locks the chat of the message, so that its changes run one after the other, and
 * returns the user's membership. The membership is read before the lock: `changed` says that memberships or rules changed
 * meanwhile; then run it again, under the lock that is now held. No row if the user is not a member: they neither
 * lock nor wait.
 */
export const lockChatOf = statement.oneOrNone({
  name: 'messages.lockChatOf',
  text: `
    SELECT ${rulesOf('c')} <> (SELECT ${rulesOf('o')} FROM chats o WHERE o.id = c.id) AS changed, ${ofChat},
      (SELECT m.role FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS role,
      (SELECT ${visibleAfter('m')} FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS "seesAfter",
      (SELECT m."silencedUntil" FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2) AS "silencedUntil",
      (SELECT ${millisecondsUntil('m."silencedUntil"')} FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2)
        AS "silencedMs"
    FROM chats c WHERE c.id = (SELECT "chatId" FROM messages WHERE id = $1)
      AND ($2::bigint IS NULL OR EXISTS (
        SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $2 AND ${isThere('c', 'm')}
      ))
    FOR NO KEY UPDATE OF c`,
  values: ofMessage,
  row: ([changed, ...membership]: [boolean, ...MembershipCells]) => ({
    ...membershipRow(membership),
    changed,
  }),
});

/** `$1` message: the message, with `seen`. */
export const messageById = statement.oneOrNone({
  name: 'messages.byId',
  text: `
    SELECT ${messageColumns.of('m')}, ${seenBySomebody('m')} AS seen FROM messages m WHERE m.id = $1`,
  values: (messageId: number) => [messageId],
  row: messageRow,
});

/** `$1` chat, `$2` seq: members who may not see that message: it is from before they joined, or they deleted the chat. */
export const notSeenBy = statement.many({
  name: 'messages.notSeenBy',
  text: `SELECT m."userId" FROM chat_members m WHERE m."chatId" = $1 AND ${visibleAfter('m')} >= $2`,
  values: ({ chatId, seq }: { chatId: number; seq: number }) => [chatId, seq],
  row: ([userId]: [number]) => userId,
});

/**
 * `$1` message, `$2` version, `$3` event, `$4` what is noted with it or null: sets the version of a changed message, and of its
 * chat, and notes the change.
 */
export const stampChange = statement.count({
  name: 'messages.stampChange',
  text: `
    WITH stamped AS (
      UPDATE messages m SET version = $2, revised = true WHERE m.id = $1 RETURNING m."chatId"
    )
    UPDATE chats c SET version = $2 FROM stamped s WHERE c.id = s."chatId"
    RETURNING ${noteChange('$3', { chat: 'c.id', version: 'c.version', message: '$1', details: '$4::jsonb' })}`,
  values: ({
    messageId,
    version,
    event,
    details,
  }: {
    messageId: number;
    version: number;
    event: MessageEvent;
    details: object | null;
  }) => [messageId, version, event, details === null ? null : JSON.stringify(details)],
});

/**
 * `$1` message, `$2` how many are kept: stores its present content as an edit, and deletes the one that is one too many.
 * Costs the same, however often the message was edited.
 */
export const keepEdit = statement.count({
  name: 'messages.keepEdit',
  text: `
    WITH next AS MATERIALIZED (
      SELECT COALESCE((SELECT e.nr FROM message_edits e WHERE e."messageId" = $1 ORDER BY e.nr DESC LIMIT 1), 0) + 1 AS nr
    ), pruned AS (
      DELETE FROM message_edits e USING next WHERE e."messageId" = $1 AND e.nr = next.nr - $2::int
    )
    INSERT INTO message_edits ("messageId", nr, content, at)
    SELECT m.id, next.nr, m.content, clock_timestamp() FROM messages m, next WHERE m.id = $1`,
  values: ({ messageId, most }: { messageId: number; most: number }) => [messageId, most],
});

/**
 * `$1` message, `$2` how many of the oldest to leave out, `$3` limit, `$4` bytes: earlier contents, oldest first; the one
 * that exceeds the bytes is the last.
 */
export const editsOf = statement.many({
  name: 'messages.editsOf',
  text: `
    SELECT e.content, e.at FROM (
      SELECT e.*, sum(e.size) OVER (ORDER BY e.nr ROWS UNBOUNDED PRECEDING) AS total FROM (
        SELECT e.nr, e.content, e.at, octet_length(e.content) AS size FROM message_edits e
        WHERE e."messageId" = $1 AND e.nr >= $2::bigint + (
          SELECT f.nr FROM message_edits f WHERE f."messageId" = $1 ORDER BY f.nr LIMIT 1
        )
        ORDER BY e.nr LIMIT $3
      ) e
    ) e
    WHERE e.total - e.size <= $4 ORDER BY e.nr`,
  values: ({
    messageId,
    after,
    most,
    bytes,
  }: {
    messageId: number;
    after: number;
    most: number;
    bytes: number;
  }) => [messageId, after, most, bytes],
  row: ([content, at]: [string, string]) => ({ content, at }),
});

/** `$1` message, `$2` content, `$3` metadata or null. */
export const setBody = statement.count({
  name: 'messages.setBody',
  text: `
    UPDATE messages SET ${keepOriginal}, content = $2, metadata = $3::jsonb, "editedAt" = clock_timestamp()
    WHERE id = $1`,
  values: ({
    messageId,
    content,
    metadata,
  }: Pick<MessageRow, 'content' | 'metadata'> & { messageId: number }) => [
    messageId,
    content,
    metadata === null ? null : JSON.stringify(metadata),
  ],
});

/** `$1` chat, `$2` users: how many of them are members. */
export const membersAmong = statement.one({
  name: 'messages.membersAmong',
  text: `SELECT count(*) FROM chat_members WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])`,
  values: ({ chatId, userIds }: { chatId: number; userIds: readonly number[] }) => [chatId, bigints(userIds)],
  row: ([count]: [number]) => count,
});

/**
 * `$1` message, `$2` users whom it mentions from now on, besides those it did, `$3` users whom it does not any more, `$4`
 * the version of the chat with it. User 0 is everybody. Returns those of them who have not read it: they have more, or
 * fewer, unread mentions.
 */
export const changeMentions = statement.many({
  name: 'messages.changeMentions',
  text: `
    WITH removed AS (
      DELETE FROM message_mentions d USING messages m
      WHERE m.id = $1 AND d."chatId" = m."chatId" AND d.seq = m.seq AND d."userId" = ANY($3::bigint[])
      RETURNING d."chatId", d."userId", d.seq, d."senderId"
    ), added AS (
      INSERT INTO message_mentions ("chatId", "userId", seq, "senderId", version)
      SELECT m."chatId", x.id, m.seq, CASE x.id WHEN 0 THEN m."senderId" END, $4::bigint
      FROM messages m CROSS JOIN unnest($2::bigint[]) AS x(id)
      WHERE m.id = $1 AND x.id IS DISTINCT FROM m."senderId"
      ON CONFLICT DO NOTHING
      RETURNING "chatId", "userId", seq, "senderId"
    )
    SELECT DISTINCT m."userId" FROM (SELECT * FROM removed UNION ALL SELECT * FROM added) x
    JOIN chat_members m ON m."chatId" = x."chatId" AND (x."userId" = 0 OR m."userId" = x."userId")
    WHERE m."unreadSeq" < x.seq AND m."userId" IS DISTINCT FROM x."senderId"`,
  values: (change: {
    messageId: number;
    added: readonly number[];
    removed: readonly number[];
    version: number;
  }) => [change.messageId, bigints(change.added), bigints(change.removed), change.version],
  row: ([userId]: [number]) => userId,
});

/** Edits that are kept with a message for reports: the last ones, which are what readers were meant to see. */
export const EDITS_KEPT = 20;

/**
 * `$1` message, `$2` whether what it said is kept for reports: empties it, and deletes its edits, reactions and
 * mentions, and what was streamed of it. Of one that grows the caller has locked the stream, so that all is kept that
 * readers have seen.
 */
export const emptyMessage = statement.count({
  name: 'messages.empty',
  text: `
    WITH kept AS (
      INSERT INTO deleted_contents ("messageId", at, content, metadata, edits)
      SELECT m.id, clock_timestamp(), ${saidBy('m')}, m.metadata, ${lastEdits('m.id', String(EDITS_KEPT))}
      FROM messages m WHERE m.id = $1 AND $2::boolean
    ),
    edits AS (DELETE FROM message_edits WHERE "messageId" = $1),
    reactions AS (DELETE FROM message_reactions WHERE "messageId" = $1),
    streams AS (DELETE FROM message_streams WHERE "messageId" = $1),
    mentions AS (
      DELETE FROM message_mentions d USING messages m
      WHERE m.id = $1 AND d."chatId" = m."chatId" AND d.seq = m.seq AND d."userId" = ANY(
        ARRAY(SELECT ${mentionsIn('m.metadata')})
      )
    )
    UPDATE messages SET ${keepOriginal}, quiet = true, content = '', metadata = NULL, reactions = NULL,
      "deletedAt" = clock_timestamp()
    WHERE id = $1`,
  values: ({ messageId, kept }: { messageId: number; kept: boolean }) => [messageId, kept],
});

/**
 * `$1` chat that is locked: waits for those who mark it as unread, and lets no more of them begin. Sends do not wait for
 * them, since they lock less. Run it before `uncount`, which has to see what they did.
 */
export const awaitUnreadMarks = statement.count({
  name: 'messages.awaitUnreadMarks',
  text: `SELECT 1 FROM chats WHERE id = $1 FOR UPDATE`,
  values: (chatId: number) => [chatId],
});

/**
 * `$1` message, whose chat is locked, before it is deleted: it no longer counts for the members who have not read it.
 * Returns them. Their rows are locked in the order of their keys, as receipts lock them.
 */
export const uncount = statement.many({
  name: 'messages.uncount',
  text: `
    WITH late AS MATERIALIZED (
      SELECT m."chatId", m."userId" FROM messages x JOIN chat_members m ON m."chatId" = x."chatId"
      WHERE x.id = $1 AND NOT x.quiet AND m."unreadSeq" < x.seq AND m."userId" IS DISTINCT FROM x."senderId"
      ORDER BY m."chatId", m."userId" FOR NO KEY UPDATE OF m
    )
    UPDATE chat_members m SET "sentBefore" = m."sentBefore" - 1
    FROM late l WHERE m."chatId" = l."chatId" AND m."userId" = l."userId"
    RETURNING m."userId"`,
  values: (messageId: number) => [messageId],
  row: ([userId]: [number]) => userId,
});

/** `$1` user, `$2` message: hides it; counts a row if it was not hidden before. */
export const hideMessage = statement.count({
  name: 'messages.hide',
  text: `
    INSERT INTO hidden_messages ("userId", "messageId", "chatId")
    SELECT $1, m.id, m."chatId" FROM messages m WHERE m.id = $2
    ON CONFLICT DO NOTHING`,
  values: ({ userId, messageId }: { userId: number; messageId: number }) => [userId, messageId],
});

/**
 * `$1` message, `$2` user or null: its seq and its chat, with the user's role (null: not a member). One statement, so
 * that the time of the answer does not tell whether a message exists in a chat that the user may not read.
 */
export const placeOf = statement.oneOrNone({
  name: 'messages.placeOf',
  text: `
    SELECT g.seq, ${ofChat}, ${ofMember}
    FROM messages g JOIN chats c ON c.id = g."chatId"
    LEFT JOIN chat_members m ON m."chatId" = c.id AND m."userId" = $2
    WHERE g.id = $1`,
  values: ofMessage,
  row: ([seq, ...membership]: [number, ...MembershipCells]) => ({ ...membershipRow(membership), seq }),
});
