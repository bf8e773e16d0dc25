import { hasWritten } from '../../database/models/chat.model.js';

/**
 * Whether a chat that `person` shares with others shows them when `person` is online: every group, and a direct chat in
 * which `person` has written. Otherwise a stranger could see anybody by opening a chat. The counts on the chat's row are
 * kept by every send, so this costs sends nothing. `strict` is the SQL parameter that turns the rule on.
 */
export const shows = (chat: string, person: string, strict: string) =>
  `(NOT ${strict}::boolean OR ${chat}.type = 'group' OR ${hasWritten(chat, person)})`;

/** Somebody with at most so many chats has few. */
const FEW_CHATS = 64;

/** Of somebody who has more: how many of their newest chats are looked at. */
const MOST_CHATS = 500;

/** Whether somebody has few chats. Reads no more of them than that takes. */
const hasFewChats = (person: string) => `(
        SELECT count(*) FROM (SELECT 1 FROM chat_members WHERE "userId" = ${person} LIMIT ${FEW_CHATS + 1}) c
      ) <= ${FEW_CHATS}`;

/**
 * Whether one of the newest chats of one user has the other as a member: one lookup for each, up to the first. With the
 * rule on only groups count: the direct chat of the two is looked at before.
 */
const findsInOwnChats = (one: string, other: string, strict: string) => `EXISTS (
        SELECT 1 FROM (
          SELECT "chatId" FROM chat_members WHERE "userId" = ${one} ORDER BY "chatId" DESC LIMIT ${MOST_CHATS}
        ) own
        CROSS JOIN LATERAL (
          SELECT 1 FROM chat_members m WHERE m."chatId" = own."chatId" AND m."userId" = ${other} AND (
            NOT ${strict}::boolean OR (SELECT type = 'group' FROM chats WHERE id = m."chatId")
          ) LIMIT 1
        ) shared
      )`;

/**
 * Whether two users share a chat that shows the person: their direct chat is one lookup; groups are looked for from the
 * side that has few chats. So a pair costs a few lookups, however many chats the viewer has. Only where both have many
 * it may cost up to 500, and does not find a group that is older than 500 other chats of the person.
 */
export const shareChat = (viewer: string, person: string, strict: string) => `(
      EXISTS (
        SELECT 1 FROM chats d WHERE d.type = 'direct'
          AND LEAST(d."user1Id", d."user2Id") = LEAST(${viewer}, ${person})
          AND GREATEST(d."user1Id", d."user2Id") = GREATEST(${viewer}, ${person})
          AND ${shows('d', person, strict)}
      ) OR CASE WHEN NOT ${hasFewChats(person)} AND ${hasFewChats(viewer)}
        THEN ${findsInOwnChats(viewer, person, strict)}
        ELSE ${findsInOwnChats(person, viewer, strict)}
      END
    )`;

/** SQL: whether the reader finds the person. Everybody finds themselves. */
export const finds = (reader: string, person: string, directory: string) => `(
      ${reader}::bigint IS NULL OR ${reader} = ${person} OR CASE ${directory}::text
        WHEN 'all' THEN true WHEN 'contacts' THEN ${shareChat(reader, person, 'false')} ELSE false END
    )`;
