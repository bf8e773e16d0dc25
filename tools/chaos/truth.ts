import pg from 'pg';
import type { StoredChat, StoredMessage } from './evidence.js';
import { reactionsText } from './load/replica.js';
import type { Message, MessagesPage } from './protocol.js';

/** The prefix of keys that the server generates; clients do not see them. */
const OWN_KEY = ' ';

interface ChatRow {
  id: string;
  lastSeq: string;
  version: string;
  user1Id: string | null;
  user2Id: string | null;
  memberIds: string[];
  user1Sent: string;
  user2Sent: string;
}

interface MessageRow {
  id: string;
  chatId: string;
  seq: string;
  version: string;
  senderId: string | null;
  clientId: string | null;
  content: string;
  reactions: Message['reactions'] | null;
  edited: boolean;
  deleted: boolean;
  system: boolean;
  at: string;
}

/** What is stored at the end. */
export interface Truth {
  chats: StoredChat[];
  messages: StoredMessage[];
  /** Ids of each chat's messages, as the API returns them in pages. */
  pages: Map<number, number[]>;
  /** Chats of each user. */
  chatsOf: Map<number, number[]>;
  /** When each message was stored, in milliseconds of the wall clock. */
  storedAt: Map<number, number>;
}

/** Reads everything twice: by SQL, and over REST as a member of each chat. */
export async function readTruth(databaseUrl: string, httpPort: number): Promise<Truth> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const chatRows = await client.query<ChatRow>(
      `SELECT id, "lastSeq", version, "user1Id", "user2Id", "user1Sent", "user2Sent",
         CASE type WHEN 'group'
           THEN ARRAY(SELECT m."userId"::text FROM chat_members m WHERE m."chatId" = c.id ORDER BY 1)
           ELSE ARRAY["user1Id"::text, "user2Id"::text]
         END AS "memberIds"
       FROM chats c ORDER BY id`,
    );
    const messageRows = await client.query<MessageRow>(
      `SELECT id, "chatId", seq, version, "senderId", "clientId", content, reactions,
         "editedAt" IS NOT NULL AS edited, "deletedAt" IS NOT NULL AS deleted,
         type = 'system' AS system, extract(epoch FROM "createdAt") * 1000 AS at
       FROM messages ORDER BY "chatId", seq`,
    );
    const chatsOf = new Map<number, number[]>();
    const pages = new Map<number, number[]>();
    for (const { id, memberIds } of chatRows.rows) {
      for (const person of memberIds.map(Number)) {
        chatsOf.set(person, [...(chatsOf.get(person) ?? []), Number(id)]);
      }
      pages.set(Number(id), await pageThrough(httpPort, Number(id), Number(memberIds[0])));
    }
    return {
      chats: chatRows.rows.map(storedChat),
      messages: messageRows.rows.map(storedMessage),
      pages,
      chatsOf,
      storedAt: new Map(messageRows.rows.map(({ id, at }) => [Number(id), Number(at)])),
    };
  } finally {
    await client.end();
  }
}

/** The version of each chat, and its members. */
export async function readVersions(
  databaseUrl: string,
): Promise<{ chatId: number; userId: number; version: number }[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ chatId: string; userId: string; version: string }>(
      `SELECT c.id AS "chatId", "userId", c.version FROM chats c JOIN chat_members m ON m."chatId" = c.id
       WHERE type = 'group'
       UNION ALL
       SELECT id, unnest(ARRAY["user1Id", "user2Id"]), version FROM chats WHERE type <> 'group'`,
    );
    return rows.map((row) => ({
      chatId: Number(row.chatId),
      userId: Number(row.userId),
      version: Number(row.version),
    }));
  } finally {
    await client.end();
  }
}

/** `getMessages` over REST, from the first message to the last. */
async function pageThrough(httpPort: number, chatId: number, userId: number): Promise<number[]> {
  const ids: number[] = [];
  for (let after = 0, more = true; more;) {
    const response = await fetch(
      `http://127.0.0.1:${httpPort}/chats/${chatId}/messages?after=${after}&limit=100`,
      { headers: { 'X-User-Id': String(userId) } },
    );
    if (!response.ok) throw new Error(`Reading chat ${chatId} was answered with HTTP ${response.status}`);
    const page = (await response.json()) as MessagesPage;
    ids.push(...page.messages.map(({ id }) => id));
    after = page.messages.at(-1)?.seq ?? after;
    more = page.more && page.messages.length > 0;
  }
  return ids;
}

function storedChat(row: ChatRow): StoredChat {
  return {
    id: Number(row.id),
    lastSeq: Number(row.lastSeq),
    version: Number(row.version),
    counted:
      row.user1Id === null || row.user2Id === null
        ? []
        : [
            { userId: Number(row.user1Id), sent: Number(row.user1Sent) },
            { userId: Number(row.user2Id), sent: Number(row.user2Sent) },
          ],
  };
}

function storedMessage(row: MessageRow): StoredMessage {
  return {
    id: Number(row.id),
    chatId: Number(row.chatId),
    seq: Number(row.seq),
    version: Number(row.version),
    senderId: row.senderId === null ? null : Number(row.senderId),
    clientId: row.clientId?.startsWith(OWN_KEY) ? null : row.clientId,
    content: row.content,
    reactions: reactionsText(row.reactions),
    edited: row.edited,
    deleted: row.deleted,
    system: row.system,
  };
}
