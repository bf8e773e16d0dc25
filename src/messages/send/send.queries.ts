import { isAllowed } from '../../chats/permissions.js';
import { EVERYBODY } from '../../contract/index.js';
import { blocks } from '../../blocks/blocks.queries.js';
import { seesAfter } from '../../chats/chats.queries.js';
import { millisecondsUntil, rulesOf, visibleAfter } from '../../chats/membership.queries.js';
import { isForAll, repliedJson, type RepliedRow } from '../../chats/shown.queries.js';
import { bigints, texts } from '../../database/binary-array.js';
import { quoted } from '../../database/columns.js';
import { bodyColumns, type MessageBody } from '../../database/models/message.model.js';
import { bodies, originalHash, sameBody, sentBodies } from '../model/body.queries.js';
import { type Entry, isMentioning } from './draft.js';
import { statement } from '../../database/statement.js';

/** The result of one entry of a batch. */
export const verdicts = {
  written: 0,
  /** A message with that key exists, with the same body. */
  duplicate: 1,
  /** A message with that key exists, with another body or in another chat. */
  mismatch: 2,
  /** The two users have no direct chat yet. */
  noDirectChat: 3,
  /** No such chat, or the sender is not a member; or a message with that key exists, and its chat is gone. */
  notFound: 4,
  /** The message to reply to is not in this chat. */
  noReply: 5,
  /** The other user of the direct chat blocks the sender, whether the chat exists or not. */
  blocked: 6,
  /** The sender blocks the other user. */
  blocking: 7,
  /** A mentioned user is not a member. */
  noMention: 8,
  /** As `duplicate`, but the sender may no longer see it: they get the first answer again, without later changes. */
  unseen: 9,
  /** Chat and receiver are given, and it is not the sender's direct chat with them. */
  otherReceiver: 10,
  /** Everybody is mentioned, by a member who may not. */
  mentionsAll: 11,
  /** Only admins send in this group, and the sender is none. */
  adminsOnly: 12,
  /** The sender is silenced. */
  silenced: 13,
  /** The group is in slow mode, and the sender's last message is too recent. */
  tooSoon: 14,
  /** The other user of the direct chat is deactivated, whether the chat exists or not. */
  closed: 15,
} as const;

export type Verdict = (typeof verdicts)[keyof typeof verdicts];

/** The result of one entry. Rows come in any order. */
export interface SentRow {
  /** The position of the entry, from 1. */
  idx: number;
  verdict: Verdict;
  /** The message that was written, or the one that exists. */
  id: number | null;
  chatId: number | null;
  user1Id: number | null;
  user2Id: number | null;
  seq: number | null;
  version: number | null;
  createdAt: string | null;
  /** The message that it replies to; null: it is no reply, or some member may not see that message. */
  reply: RepliedRow | null;
  /** The chat has changed since `reply` was read, which may be older than the new message. */
  moved: boolean;
  /** With `silenced` and `tooSoon`: milliseconds until the sender may send. */
  waitMs: number | null;
}

type SentCells = [
  idx: number,
  verdict: Verdict,
  id: number | null,
  chatId: number | null,
  user1Id: number | null,
  user2Id: number | null,
  seq: number | null,
  version: number | null,
  createdAt: string | null,
  reply: RepliedRow | null,
  moved: boolean,
  waitMs: number | null,
];

/** A column of the body: in the existing message, in the one to write, and in what its sender sent instead of that. */
const original = (column: keyof MessageBody) => `o.${quoted(column)}`;
const given = (column: keyof MessageBody) => bodies.cell('i', column);
const sent = (column: keyof MessageBody) => sentBodies.cell('i', column);

/** Senders, chats and receivers. A column without any value is null instead of an array. */
const placesOf = (entries: readonly Entry[]) => {
  const column = (values: (number | null)[]) =>
    bigints(values.some((value) => value !== null) ? values : null);
  return [
    bigints(entries.map(({ draft }) => draft.senderId)),
    column(entries.map(({ draft }) => draft.chatId)),
    column(entries.map(({ draft }) => draft.receiverId)),
  ];
};

/** SQL: the users that a message's metadata mentions, a row each; 0 is everybody. */
export const mentionsIn = (metadata: string) =>
  `replace(jsonb_path_query(
        ${metadata}, '$.mentions[*] ? ((@ >= 1 && @ <= 9007199254740991) || @ == "${EVERYBODY}")'
      )::text, '"${EVERYBODY}"', '0')::bigint`;

/** SQL: the roles in a group that may mention everybody. */
const mayMentionAll = (['member', 'admin', 'owner'] as const)
  .filter((role) => isAllowed('message.mentionAll', { type: 'group', role }))
  .map((role) => `'${role}'`)
  .join(', ');

/** The columns of a chat that decide about a message. */
const chatOf = (chat: string) =>
  [
    'id',
    'version',
    'user1Id',
    'user2Id',
    'user1Blocks',
    'user2Blocks',
    'closed',
    'sending',
    'slowModeSeconds',
  ]
    .map((column) => `${chat}.${quoted(column)}`)
    .join(', ') + `, ${rulesOf(chat)} AS rules`;

/** SQL: when a member may send their next message to a group in slow mode. */
const mayNext = (member: string, chat: string) =>
  `(${member}."lastSentAt" + ${chat}."slowModeSeconds" * interval '1 second')`;

/** SQL: the entry is written. In slow mode only the first one of a member is. */
const GOES_THROUGH = `verdict = ${verdicts.written} AND NOT (paced AND idx = ANY((SELECT idxs FROM surplus)::bigint[])) IS TRUE`;

/** The seq after which the sender sees the messages of the chat; looked up for replies and repeats only. */
const visible = `CASE WHEN c."user1Id" IS NULL THEN COALESCE(m."seesAfter", 0) ELSE ${seesAfter('c.id', 'i.sender')} END`;

const STRANGER_MENTIONED = `
          WHEN m.role NOT IN (${mayMentionAll})
            AND (i.metadata::jsonb ->> 'mentions') = '${EVERYBODY}'
          THEN ${verdicts.mentionsAll}
          WHEN EXISTS (
            SELECT 1 FROM (SELECT ${mentionsIn('i.metadata::jsonb')} AS id) x
            WHERE x.id <> 0 AND NOT EXISTS (SELECT 1 FROM chat_members w WHERE w."chatId" = c.id AND w."userId" = x.id)
          ) THEN ${verdicts.noMention}`;

const KEEP_MENTIONS = `, mentioned AS (
      INSERT INTO message_mentions ("chatId", "userId", seq, "senderId", version)
      SELECT DISTINCT x.chat, x.id, x.seq, CASE x.id WHEN 0 THEN x.sender END, CASE x.id WHEN 0 THEN x.version END
      FROM (SELECT chat, seq, version, sender, ${mentionsIn('metadata')} AS id FROM numbered) x WHERE x.id <> x.sender
    )`;

/** Where the columns of the body begin, and after them those of what was sent. */
const BODIES_AT = 5;
const SENT_AT = BODIES_AT + bodyColumns.length;

/** SQL: what recognises a repeat of a message that is written otherwise than it was sent. */
const HASH_OF_SENT = `CASE WHEN NOT (${sameBody(given, sent)}) THEN ${originalHash(sent)} END AS "sentHash"`;

/**
 * Writes a batch of messages, in one statement and so in one commit.
 *
 * Arrays of one length: `$1` sender, `$2` chat or null, `$3` receiver or null (at least one of the two), `$4` key, and from `$5` on the columns
 * of the body; with `replaced` after them those of the body that was sent. An array with only nulls may be null itself. No two
 * entries share sender and key.
 *
 * - `checked` gives the verdict on each entry, by the statement's snapshot.
 * - `bumped` advances the numbers of each chat by its new messages, and so locks the chats, in the order of their ids:
 *   writers on several nodes can't deadlock. It returns the numbers read under the lock.
 * - `base` holds them as arrays ordered by chat; `numbered` reads them by the rank of the chat. A join of the two would
 *   compare each entry with each chat.
 * - A block between two users is stored on the row of their direct chat. If they have no chat yet, it is looked up.
 * - In slow mode the row of the sender says when they last sent. If that has changed since the snapshot, by another
 *   node, the statement fails with a serialization failure as well. `surplus` are the messages of one member in such a
 *   group after the first of the batch: the window function sees the messages to such groups only.
 * - If the memberships, rules or blocks of a chat change while the statement waits for its lock, or the chat is deleted, the
 *   statement fails with a serialization failure and runs again after `lockChats`. So a user can't write once their
 *   removal or a block is committed.
 * - A message that is replied to is read by the snapshot as well: `moved` says that its chat has changed since, and with it
 *   perhaps the message.
 * - A message with the same key that another node commits while this statement waits is not in the snapshot. Then the
 *   insert fails on the unique index, the whole batch is rolled back, and the next run finds that message.
 *
 * The members of a direct chat are its two users; only groups are looked up in chat_members.
 *
 * Every table is reached by one index lookup for each entry (`LATERAL … LIMIT 1`), whatever size the planner assumes:
 * a connection plans the statement once, often while the tables are empty.
 */
const send = (name: string, batch: { mentions: boolean; replaced: boolean }) =>
  statement.many({
    name,
    text: `
    WITH checked AS MATERIALIZED (
      SELECT i.idx, i.sender, i.key, ${bodies.of('i')},${batch.replaced ? ` ${HASH_OF_SENT},` : ''}
        c.id AS chat, c.version AS "asOf", c."user1Id", c."user2Id", c.rules, o.id AS "originalId",
        m."silencedUntil", m."lastSentAt", c."slowModeSeconds", c."slowModeSeconds" > 0 AND m.role = 'member' AS paced,
        r.shown AS reply,
        CASE
          WHEN i.chat IS NOT NULL AND i.receiver IS NOT NULL AND CASE
            WHEN c."user1Id" IS NULL THEN m."userId" IS NOT NULL
            ELSE i.sender IN (c."user1Id", c."user2Id")
              AND i.receiver <> CASE i.sender WHEN c."user1Id" THEN c."user2Id" ELSE c."user1Id" END
            END
          THEN ${verdicts.otherReceiver}
          WHEN o.id IS NOT NULL THEN CASE
            WHEN NOT EXISTS (SELECT 1 FROM chats g WHERE g.id = o."chatId") THEN ${verdicts.notFound}
            WHEN o."chatId" = c.id AND CASE WHEN o."originalHash" IS NULL
                THEN ${sameBody(original, batch.replaced ? sent : given)}
                ELSE o."originalHash" = ${originalHash(batch.replaced ? sent : given)} END
            THEN CASE
              WHEN m."userId" IS NULL AND c."user1Id" IS NULL OR o.seq <= ${visible} THEN ${verdicts.unseen}
              ELSE ${verdicts.duplicate} END
            ELSE ${verdicts.mismatch} END
          WHEN c.id IS NULL AND i.chat IS NULL THEN CASE
            WHEN ${blocks('i.receiver', 'i.sender')} THEN ${verdicts.blocked}
            WHEN ${blocks('i.sender', 'i.receiver')} THEN ${verdicts.blocking}
            WHEN EXISTS (SELECT 1 FROM users u WHERE u.id = i.receiver AND u.deactivated) THEN ${verdicts.closed}
            ELSE ${verdicts.noDirectChat} END
          WHEN i.sender NOT IN (c."user1Id", c."user2Id") OR (c."user1Id" IS NULL AND m."userId" IS NULL)
          THEN ${verdicts.notFound}
          WHEN CASE i.sender WHEN c."user1Id" THEN c."user2Blocks" ELSE c."user1Blocks" END THEN ${verdicts.blocked}
          WHEN c."user1Blocks" OR c."user2Blocks" THEN ${verdicts.blocking}
          WHEN c.closed THEN ${verdicts.closed}
          WHEN c.sending <> 'all' AND m.role = 'member' THEN ${verdicts.adminsOnly}
          WHEN m."silencedUntil" > clock_timestamp() THEN ${verdicts.silenced}
          WHEN i."replyToId" IS NOT NULL AND r.id IS NULL THEN ${verdicts.noReply}${batch.mentions ? STRANGER_MENTIONED : ''}
          WHEN c."slowModeSeconds" > 0 AND m.role = 'member' AND ${mayNext('m', 'c')} > clock_timestamp()
          THEN ${verdicts.tooSoon}
          ELSE ${verdicts.written}
        END AS verdict
      FROM unnest(
        $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], ${bodies.parameters(BODIES_AT)}${batch.replaced ? `, ${sentBodies.parameters(SENT_AT)}` : ''}
      ) WITH ORDINALITY AS i(sender, chat, receiver, key, ${bodies.list}, ${batch.replaced ? `${sentBodies.list}, ` : ''}idx)
      LEFT JOIN LATERAL (
        SELECT ${chatOf('p')} FROM chats p
        WHERE i.chat IS NULL AND p.type = 'direct'
          AND LEAST(p."user1Id", p."user2Id") = LEAST(i.sender, i.receiver)
          AND GREATEST(p."user1Id", p."user2Id") = GREATEST(i.sender, i.receiver)
        UNION ALL
        SELECT ${chatOf('c')} FROM chats c
        WHERE c.id = i.chat
        LIMIT 1
      ) c ON true
      LEFT JOIN LATERAL (
        SELECT m."userId", ${visibleAfter('m')} AS "seesAfter", m.role, m."silencedUntil", m."lastSentAt"
        FROM chat_members m
        WHERE c."user1Id" IS NULL AND m."chatId" = c.id AND m."userId" = i.sender LIMIT 1
      ) m ON true
      LEFT JOIN LATERAL (
        SELECT o.id, o."chatId", o.seq, ${bodyColumns.of('o')}, o."originalHash" FROM messages o
        WHERE o."senderId" = i.sender AND o."clientId" = i.key LIMIT 1
      ) o ON true
      LEFT JOIN LATERAL (
        SELECT r.id, CASE WHEN ${isForAll('r')} THEN ${repliedJson('r')} END AS shown FROM messages r
        WHERE r.id = i."replyToId" AND r."chatId" = c.id AND r.seq > ${visible} LIMIT 1
      ) r ON true
    ), surplus AS MATERIALIZED (
      SELECT array_agg(idx) AS idxs FROM (
        SELECT idx, row_number() OVER (PARTITION BY chat, sender ORDER BY idx) AS nth
        FROM checked WHERE paced AND verdict = ${verdicts.written}
      ) p WHERE nth > 1
    ), bumped AS (
      UPDATE chats c SET
        "lastSeq" = c."lastSeq" + n.count, version = c.version + n.count, "lastActivityAt" = clock_timestamp(),
        "user1Sent" = c."user1Sent" + n.by1, "user2Sent" = c."user2Sent" + n.by2
      FROM (
        SELECT chat, count(*), count(*) FILTER (WHERE sender = "user1Id") AS by1,
          count(*) FILTER (WHERE sender = "user2Id") AS by2
        FROM checked WHERE ${GOES_THROUGH} GROUP BY chat ORDER BY chat
      ) n WHERE c.id = n.chat
      RETURNING c.id, c."lastSeq" - n.count AS "lastSeq", c.version - n.count AS version, ${rulesOf('c')} AS rules,
        c."lastActivityAt" AS at
    ), base AS MATERIALIZED (
      SELECT array_agg(id ORDER BY id) AS chats, array_agg("lastSeq" ORDER BY id) AS seqs,
        array_agg(version ORDER BY id) AS versions, array_agg(rules ORDER BY id) AS rules,
        array_agg(at ORDER BY id) AS moments
      FROM bumped
    ), numbered AS MATERIALIZED (
      SELECT j.*, b.seqs[j.nr] + j.nth AS seq, b.versions[j.nr] + j.nth AS version,
        CASE WHEN b.chats[j.nr] = j.chat AND b.rules[j.nr] = j.rules
          THEN nextval('messages_id_seq') ELSE memberships_changed() END AS id,
        b.moments[j.nr] AS "createdAt", j.reply IS NOT NULL AND b.versions[j.nr] <> j."asOf" AS moved
      FROM (
        SELECT *, row_number() OVER (PARTITION BY chat ORDER BY idx) AS nth, dense_rank() OVER (ORDER BY chat) AS nr
        FROM checked WHERE ${GOES_THROUGH}
      ) j CROSS JOIN base b
    ), written AS (
      INSERT INTO messages
        (id, "chatId", seq, version, "senderId", "clientId", ${bodies.list}, "createdAt"${batch.replaced ? ', "originalHash"' : ''})
      OVERRIDING SYSTEM VALUE
      SELECT id, chat, seq, version, sender, key, ${bodies.list}, "createdAt"${batch.replaced ? ', "sentHash"' : ''} FROM numbered
    ), counted AS (
      UPDATE chat_members m SET sent = m.sent + n.count,
        "lastSentAt" = CASE WHEN n.paced AND m."lastSentAt" IS DISTINCT FROM n."lastSentAt"
          THEN to_timestamp(memberships_changed()) ELSE n.at END
      FROM (
        SELECT chat, sender, count(*), bool_or(paced) AS paced, max("lastSentAt") AS "lastSentAt", max("createdAt") AS at
        FROM numbered WHERE "user1Id" IS NULL GROUP BY chat, sender ORDER BY chat, sender
      ) n WHERE m."chatId" = n.chat AND m."userId" = n.sender
    )${batch.mentions ? KEEP_MENTIONS : ''}
    SELECT idx, verdict, id, chat AS "chatId", "user1Id", "user2Id", seq, version, "createdAt", reply, moved, NULL AS "waitMs"
    FROM numbered
    UNION ALL
    SELECT idx, CASE verdict WHEN ${verdicts.written} THEN ${verdicts.tooSoon} ELSE verdict END, "originalId", chat,
      "user1Id", "user2Id", NULL, NULL, NULL, NULL, false, CASE verdict
        WHEN ${verdicts.silenced} THEN ${millisecondsUntil('"silencedUntil"')}
        WHEN ${verdicts.tooSoon} THEN ${millisecondsUntil(mayNext('checked', 'checked'))}
        WHEN ${verdicts.written} THEN "slowModeSeconds" * 1000::bigint END
    FROM checked WHERE (${GOES_THROUGH}) IS NOT TRUE`,
    values: (entries: readonly Entry[]) => [
      ...placesOf(entries),
      texts(entries.map(({ key }) => key)),
      ...bodies.values(entries.map(({ draft }) => draft.body)),
      ...(batch.replaced ? sentBodies.values(entries.map(({ draft }) => draft.original ?? draft.body)) : []),
    ],
    row: ([
      idx,
      verdict,
      id,
      chatId,
      user1Id,
      user2Id,
      seq,
      version,
      createdAt,
      reply,
      moved,
      waitMs,
    ]: SentCells): SentRow => ({
      idx,
      verdict,
      id,
      chatId,
      user1Id,
      user2Id,
      seq,
      version,
      createdAt,
      reply,
      moved,
      waitMs,
    }),
  });

/**
 * Locks the chats of a batch, in the order of their ids. `$1` sender, `$2` chat or null, `$3` receiver or null as for
 * `sendMessages`. When that follows in the same transaction, nothing that it checks can change meanwhile.
 */
export const lockChats = statement.count({
  name: 'messages.lockChats',
  text: `
    SELECT FROM chats WHERE id IN (
      SELECT c.id
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS i(sender, chat, receiver)
      CROSS JOIN LATERAL (
        SELECT p.id FROM chats p
        WHERE i.chat IS NULL AND p.type = 'direct'
          AND LEAST(p."user1Id", p."user2Id") = LEAST(i.sender, i.receiver)
          AND GREATEST(p."user1Id", p."user2Id") = GREATEST(i.sender, i.receiver)
        UNION ALL
        SELECT m."chatId" FROM chat_members m WHERE m."chatId" = i.chat AND m."userId" = i.sender
        LIMIT 1
      ) c
    ) ORDER BY id FOR NO KEY UPDATE`,
  values: placesOf,
});

/**
 * `$1` sender, `$2` chat or null, `$3` receiver or null as for `sendMessages`: the entries, by their position from 1,
 * whose chat somebody else has locked, or the sender's membership in it. Waits for nobody.
 */
export const lockedByOthers = statement.many({
  name: 'messages.lockedByOthers',
  text: `
    WITH i AS MATERIALIZED (
      SELECT i.idx, i.sender, c.id, c.type
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS i(sender, chat, receiver, idx)
      CROSS JOIN LATERAL (
        SELECT p.id, p.type FROM chats p
        WHERE i.chat IS NULL AND p.type = 'direct'
          AND LEAST(p."user1Id", p."user2Id") = LEAST(i.sender, i.receiver)
          AND GREATEST(p."user1Id", p."user2Id") = GREATEST(i.sender, i.receiver)
        UNION ALL
        SELECT c.id, c.type FROM chats c WHERE c.id = i.chat
        LIMIT 1
      ) c
    ), free AS MATERIALIZED (
      SELECT c.id FROM chats c WHERE c.id IN (SELECT id FROM i) ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
    ), members AS MATERIALIZED (
      SELECT m."chatId", m."userId" FROM chat_members m
      WHERE (m."chatId", m."userId") IN (SELECT id, sender FROM i WHERE type = 'group')
      ORDER BY m."chatId", m."userId" FOR NO KEY UPDATE SKIP LOCKED
    )
    SELECT i.idx, i.id FROM i
    WHERE i.id NOT IN (SELECT id FROM free)
      OR (EXISTS (SELECT 1 FROM chat_members m WHERE i.type = 'group' AND m."chatId" = i.id AND m."userId" = i.sender)
        AND (i.id, i.sender) NOT IN (SELECT "chatId", "userId" FROM members))`,
  values: (entries: readonly Entry[]) => placesOf(entries),
  row: ([idx, chatId]: [number, number]) => ({ idx, chatId }),
});

export const sendMessages = send('messages.send', { mentions: false, replaced: false });

/** The same for a batch with mentions: other batches pay nothing for them. */
const sendMentions = send('messages.sendMentions', { mentions: true, replaced: false });

/** The same for a batch in which something else is written than was sent: its hash is written with it. */
const sendReplaced = send('messages.sendReplaced', { mentions: true, replaced: true });

/** The statement that writes those entries. */
export function statementFor(entries: readonly Entry[]): typeof sendMessages {
  if (entries.some(({ draft }) => draft.original !== null)) return sendReplaced;
  return entries.some(isMentioning) ? sendMentions : sendMessages;
}
