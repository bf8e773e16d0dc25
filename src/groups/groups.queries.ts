import type { Statement } from '../database/database.js';
import { chatColumns } from '../chats/chats.queries.js';

/**
 * Groups change under the lock of their chat's row, taken first: whoever changes memberships, titles or roles, and
 * the statement that writes messages, go one after the other. Rows of members are locked after it, in the order of
 * their ids, as the statements that move watermarks lock them: none of these can deadlock.
 */
export const lockChat: Statement = {
  name: 'groups.lockChat',
  text: `SELECT ${chatColumns} FROM chats c WHERE c.id = $1 FOR NO KEY UPDATE`,
};

/** `$1` chat, `$2` people: those of them who are members. Right for as long as the chat is locked. */
export const membersAmong: Statement = {
  name: 'groups.membersAmong',
  text: `
    SELECT "userId", role, "seesAfter" FROM chat_members
    WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])`,
};

/** `$1` chat, `$2` people: locks their memberships. */
export const lockMembers: Statement = {
  name: 'groups.lockMembers',
  text: `
    SELECT "userId" FROM chat_members WHERE "chatId" = $1 AND "userId" = ANY($2::bigint[])
    ORDER BY "userId" FOR UPDATE`,
};

/**
 * `$1` chat, `$2` versions that its changes take, `$3` whether they are of members, `$4` how many members there are
 * then: the chat after it.
 */
export const stampGroup: Statement = {
  name: 'groups.stamp',
  text: `
    UPDATE chats c SET version = c.version + $2::int, "memberCount" = $4::int,
      "membersVersion" = c."membersVersion" + CASE WHEN $3::boolean THEN $2::int ELSE 0 END,
      "membersChangedAt" = CASE WHEN $3::boolean THEN clock_timestamp() ELSE c."membersChangedAt" END
    WHERE c.id = $1 RETURNING ${chatColumns}`,
};

/**
 * `$1` title, `$2` avatar, `$3` metadata, `$4` history, `$5` how many members, `$6` key or null: the group made; no
 * row when that key has made one.
 */
export const insertGroup: Statement = {
  name: 'groups.insert',
  text: `
    INSERT INTO chats AS c (type, title, "avatarUrl", metadata, "historyVisible", "memberCount", "creationKey",
      "membersChangedAt")
    VALUES ('group', $1, $2, $3::jsonb, $4, $5, $6, clock_timestamp())
    ON CONFLICT ("creationKey") WHERE "creationKey" IS NOT NULL DO NOTHING
    RETURNING ${chatColumns}`,
};

/** `$1` key: the group that it has made. */
export const groupByKey: Statement = {
  name: 'groups.byKey',
  text: `SELECT ${chatColumns} FROM chats c WHERE c."creationKey" = $1`,
};

/**
 * `$1` chat, `$2` people who are no members, `$3` the owner among them or null, `$4` the chat's last seq, `$5` the
 * seq after which they see messages, `$6` the chat's version with them: those of the people who exist.
 *
 * What was there before is not unread to them, and not read by them either.
 */
export const insertMembers: Statement = {
  name: 'groups.insertMembers',
  text: `
    INSERT INTO chat_members ("chatId", "userId", role, "joinedSeq", "unreadSeq", "seesAfter", version, "joinedAt")
    SELECT $1, u.id, CASE u.id WHEN $3::bigint THEN 'owner' ELSE 'member' END, $4::bigint, $4::bigint, $5::bigint,
      $6::bigint, (SELECT clock_timestamp())
    FROM users u WHERE u.id = ANY($2::bigint[]) ORDER BY u.id
    RETURNING "userId", "joinedAt"`,
};

/** `$1` chat, `$2` title, `$3` avatar, `$4` metadata, `$5` history: as they are from now on. */
export const setGroupFields: Statement = {
  name: 'groups.setFields',
  text: `
    UPDATE chats SET title = $2, "avatarUrl" = $3, metadata = $4::jsonb, "historyVisible" = $5 WHERE id = $1`,
};

/** `$1` chat, `$2` people: those of them who are no members. */
export const strangersAmong: Statement = {
  name: 'groups.strangersAmong',
  text: `
    SELECT p.id FROM unnest($2::bigint[]) AS p(id)
    WHERE NOT EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = $1 AND m."userId" = p.id)`,
};

/** `$1` people: their names. */
export const namesOf: Statement = {
  name: 'groups.namesOf',
  text: `SELECT id, name FROM users WHERE id = ANY($1::bigint[])`,
};

/**
 * `$1` a chat that is locked, `$2` who did it or null, `$3` content, `$4` metadata, `$5` key or null: writes a system
 * message. Whoever did it has sent it, where unread messages are counted.
 */
export const insertSystemMessage: Statement = {
  name: 'groups.insertSystemMessage',
  text: `
    WITH bumped AS (
      UPDATE chats c SET "lastSeq" = c."lastSeq" + 1, version = c.version + 1, "lastActivityAt" = clock_timestamp()
      WHERE c.id = $1 RETURNING c.id, c."lastSeq", c.version
    ), counted AS (
      UPDATE chat_members m SET sent = m.sent + 1 WHERE m."chatId" = $1 AND m."userId" = $2::bigint
    )
    INSERT INTO messages ("chatId", seq, version, type, "senderId", "clientId", content, metadata, "createdAt")
    SELECT b.id, b."lastSeq", b.version, 'system', $2::bigint, $5, $3, $4::jsonb, clock_timestamp() FROM bumped b
    RETURNING id, seq, version, "createdAt"`,
};
