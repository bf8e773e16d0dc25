import type { ChatType } from '../database/models/chat.model.js';
import { statement } from '../database/statement.js';
import type { MessageContext, MessageToSend } from './before-send.js';

/** What is known of a message before it is sent, or changed. */
export interface About {
  context: MessageContext;
  /** Whether the sender is a member of the chat; true where there is none yet. */
  isMember: boolean;
  /** Whether the sender has sent a message with that key. */
  stored: boolean;
}

type PlaceCells = [
  chatId: number | null,
  type: ChatType | null,
  externalId: string | null,
  title: string | null,
  senderExternalId: string | null,
  senderName: string | null,
  receiverId: number | null,
  receiverExternalId: string | null,
  receiverName: string | null,
];

const contextOf = (
  type: MessageContext['type'],
  senderId: number,
  [chatId, chatType, chatExternalId, title, externalId, name, receiverId, receiverExternalId, receiverName]: [
    ...PlaceCells,
    ...unknown[],
  ],
): MessageContext => ({
  type,
  chat: chatId === null ? null : { id: chatId, type: chatType!, externalId: chatExternalId, title },
  sender: { id: senderId, externalId, name },
  receiver:
    receiverId === null ? null : { id: receiverId, externalId: receiverExternalId, name: receiverName },
});

/** SQL: the columns of a place, from the chat `c`, the sender `s` and the receiver `r`. */
const PLACE = `c.id, c.type, c."externalId", c.title, s."externalId", s.name`;

/** SQL: whether the sender is a member of the chat `c`. */
const isMember = (sender: string) => `
  CASE c.type WHEN 'direct' THEN ${sender} IN (c."user1Id", c."user2Id")
    ELSE EXISTS (SELECT 1 FROM chat_members m WHERE m."chatId" = c.id AND m."userId" = ${sender}) END`;

/** SQL: the other user of the direct chat `c`. */
const other = (sender: string) => `CASE ${sender} WHEN c."user1Id" THEN c."user2Id" ELSE c."user1Id" END`;

interface Sending {
  senderId: number;
  chatId: number | null;
  receiverId: number | null;
  clientId: string | null;
}

/** `$1` sender, `$2` chat or null, `$3` receiver or null, `$4` key or null: where a message goes. */
export const aboutSend = statement.one({
  name: 'hooks.aboutSend',
  text: `
    SELECT ${PLACE}, r.id, r."externalId", r.name,
      CASE WHEN c.id IS NULL THEN $2::bigint IS NULL ELSE ${isMember('$1')} END,
      EXISTS (SELECT 1 FROM messages o WHERE o."senderId" = $1 AND o."clientId" = $4), $1::bigint
    FROM (VALUES (1)) one
    LEFT JOIN LATERAL (
      SELECT p.* FROM chats p
      WHERE $2::bigint IS NULL AND p.type = 'direct'
        AND LEAST(p."user1Id", p."user2Id") = LEAST($1::bigint, $3::bigint)
        AND GREATEST(p."user1Id", p."user2Id") = GREATEST($1::bigint, $3::bigint)
      UNION ALL
      SELECT p.* FROM chats p WHERE p.id = $2::bigint
      LIMIT 1
    ) c ON true
    LEFT JOIN LATERAL (SELECT u."externalId", u.name FROM users u WHERE u.id = $1 LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT COALESCE(${other('$1')}, $3::bigint) AS id, u."externalId", u.name
      FROM (VALUES (1)) v LEFT JOIN users u ON u.id = COALESCE(${other('$1')}, $3::bigint)
    ) r ON c.type IS DISTINCT FROM 'group'`,
  values: ({ senderId, chatId, receiverId, clientId }: Sending) => [senderId, chatId, receiverId, clientId],
  row: (cells: [...PlaceCells, isMember: boolean, stored: boolean, senderId: number]): About => ({
    context: contextOf('beforeSend', cells[11], cells),
    isMember: cells[9],
    stored: cells[10],
  }),
});

/** `$1` message, `$2` user: the message, where it is; no row when it is not there or not a text of that user. */
export const aboutEdit = statement.oneOrNone({
  name: 'hooks.aboutEdit',
  text: `
    SELECT ${PLACE}, r.id, r."externalId", r.name, o.id, o.content, o.metadata, o."replyToId",
      o."clientId", $2::bigint
    FROM messages o CROSS JOIN LATERAL (SELECT p.* FROM chats p WHERE p.id = o."chatId" LIMIT 1) c
    LEFT JOIN users s ON s.id = $2
    LEFT JOIN users r ON c.type = 'direct' AND r.id = ${other('$2')}
    WHERE o.id = $1 AND o."senderId" = $2 AND o.type = 'text' AND o."deletedAt" IS NULL`,
  values: ({ messageId, userId }: { messageId: number; userId: number }) => [messageId, userId],
  row: (
    cells: [
      ...PlaceCells,
      id: number,
      content: string,
      metadata: Record<string, unknown> | null,
      replyToId: number | null,
      clientId: string | null,
      senderId: number,
    ],
  ): { context: MessageContext; message: MessageToSend } => ({
    context: contextOf('beforeEdit', cells[14], cells),
    message: {
      id: cells[9],
      content: cells[10],
      metadata: cells[11],
      replyToId: cells[12],
      clientId: cells[13],
    },
  }),
});
