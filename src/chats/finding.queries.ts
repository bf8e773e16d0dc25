import { type ChatCells, chatColumns, chatRow, type ChatType } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';

/** Chats that one page looks at; those that do not match are passed over. */
export const MOST_LOOKED_AT = 10_000;

/** What is asked for; null: anything. */
export interface Wanted {
  type: ChatType | null;
  activeAfter: string | null;
  activeBefore: string | null;
  memberId: number | null;
}

interface Page<Key> extends Wanted {
  cursor: Key;
  most: number;
}

const CONDITIONS = `
      ($2::text IS NULL OR c.type = $2) AND ($3::timestamptz IS NULL OR c."lastActivityAt" > $3)
      AND ($4::timestamptz IS NULL OR c."lastActivityAt" < $4)`;

const IS_MEMBER = `($5::bigint IS NULL OR EXISTS (
        SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = $5
      ))`;

const valuesOf = <Key>({ cursor, type, activeAfter, activeBefore, memberId, most }: Page<Key>) => [
  cursor,
  type,
  activeAfter,
  activeBefore,
  memberId,
  most,
];

const row = (cells: readonly unknown[]) => chatRow(cells as unknown as ChatCells);

const ALL = `FROM chats WHERE id < $1 ORDER BY id DESC`;

/**
 * `$1` the id before which the page begins, `$2` type, `$3`, `$4` last activity after and before, `$5` member, each or
 * null, `$6` limit: the newest chats first.
 */
export const chatsBefore = statement.many({
  name: 'chats.foundBefore',
  text: `
    SELECT ${chatColumns.of('c')} FROM (SELECT * ${ALL} LIMIT ${MOST_LOOKED_AT}) c
    WHERE ${CONDITIONS} AND ${IS_MEMBER} ORDER BY c.id DESC LIMIT $6`,
  values: valuesOf<number>,
  row,
});

/** `$1` the id before which a page begins: the id at which it ends when nothing matches. No row: there are no others. */
export const lastLookedAt = statement.oneOrNone({
  name: 'chats.lastLookedAt',
  text: `SELECT id ${ALL} OFFSET ${MOST_LOOKED_AT - 1} LIMIT 1`,
  values: (cursor: number) => [cursor],
  row: ([id]: [number]) => id,
});

const OF_MEMBER = `FROM chat_members WHERE "userId" = $2 AND "chatId" < $1 ORDER BY "chatId" DESC`;

/** As `chatsBefore`, of a member. */
export const chatsOfMemberBefore = statement.many({
  name: 'chats.foundOfMember',
  text: `
    SELECT ${chatColumns.of('c')}
    FROM (SELECT "chatId" ${OF_MEMBER.replace('$2', '$5')} LIMIT ${MOST_LOOKED_AT}) m
    CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
    WHERE ${CONDITIONS} ORDER BY m."chatId" DESC LIMIT $6`,
  values: valuesOf<number>,
  row,
});

/** `$1` as for `lastLookedAt`, `$2` member. */
export const lastLookedAtOfMember = statement.oneOrNone({
  name: 'chats.lastLookedAtOfMember',
  text: `SELECT "chatId" ${OF_MEMBER} OFFSET ${MOST_LOOKED_AT - 1} LIMIT 1`,
  values: ({ cursor, memberId }: { cursor: number; memberId: number }) => [cursor, memberId],
  row: ([id]: [number]) => id,
});

const named = (prefix: string, end: string) =>
  `FROM chats WHERE "externalId" > $1 AND "externalId" >= ${prefix} AND "externalId" <= ${end} ORDER BY "externalId"`;

interface Prefix {
  prefix: string;
  /** No text that begins so comes after it. */
  end: string;
}

/** `$1` the externalId after which the page begins, `$2` to `$6` as for `chatsBefore`, `$7`, `$8` the prefix and its end. */
export const chatsNamedAfter = statement.many({
  name: 'chats.foundNamed',
  text: `
    SELECT ${chatColumns.of('c')} FROM (SELECT * ${named('$7', '$8')} LIMIT ${MOST_LOOKED_AT}) c
    WHERE ${CONDITIONS} AND ${IS_MEMBER} ORDER BY c."externalId" LIMIT $6`,
  values: (page: Page<string> & Prefix) => [...valuesOf(page), page.prefix, page.end],
  row,
});

/** `$1` as there, `$2`, `$3` the prefix and its end: as `lastLookedAt`. */
export const lastNameLookedAt = statement.oneOrNone({
  name: 'chats.lastNameLookedAt',
  text: `SELECT "externalId" ${named('$2', '$3')} OFFSET ${MOST_LOOKED_AT - 1} LIMIT 1`,
  values: ({ cursor, prefix, end }: { cursor: string } & Prefix) => [cursor, prefix, end],
  row: ([externalId]: [string]) => externalId,
});
