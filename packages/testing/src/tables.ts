import type { Chat, Member, Message } from '@chat-api/client';
import pg from 'pg';
import { postgresUrl } from './postgres-url.js';

/** The type `bigint`. */
const INT8 = 20;

/** Ids and counts as numbers: none of them is beyond 2^53. Timestamps as Dates, as `pg` reads them. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text') =>
    oid === INT8
      ? Number
      : (pg.types.getTypeParser(oid, format) as unknown)) as typeof pg.types.getTypeParser,
};

export type Sql = <Row extends object = Record<string, unknown>>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[]>;

/** Reads and writes the tables, over at most two connections. */
export class Tables {
  private readonly pool: pg.Pool;

  /** @throws TypeError for a URL with a password that was not escaped. */
  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({
      connectionString: postgresUrl(databaseUrl),
      max: 2,
      types,
      allowExitOnIdle: true,
    });
    // A broken idle connection is replaced at its next use.
    this.pool.on('error', () => undefined);
  }

  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>(text, [...values]);
    return rows;
  }

  /** All that is read by `read` is of one moment. */
  async snapshot<T>(read: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const sql: Sql = async <Row extends object>(text: string, values: readonly unknown[] = []) =>
        (await client.query<Row>(text, [...values])).rows;
      return await read(sql);
    } finally {
      await client.query('ROLLBACK').catch(() => undefined);
      client.release();
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** The rows of one chat, in the names of the columns. */
export interface ChatRows {
  chat: WithDates<Omit<Chat, 'chatId'>>;
  /** Of a direct chat: whether each of the two blocks the other, and whether one of them is deactivated. */
  blocks: { user1Blocks: boolean; user2Blocks: boolean; closed: boolean };
  members: MemberRow[];
  messages: MessageRow[];
  reactions: ReactionRow[];
  mentions: { userId: number; seq: number }[];
  hidden: { userId: number; messageId: number }[];
}

type WithDates<T> = { [Key in keyof T]: Key extends `${string}At` ? Exclude<T[Key], string> | Date : T[Key] };

export type MemberRow = WithDates<Omit<Member, 'silencedUntil'>> & {
  silencedUntil: Date | null;
  seesAfter: number;
  clearedSeq: number | null;
  goneUpTo: number | null;
  hiddenUpTo: number | null;
  unreadSeq: number;
  mutedUntil: Date | null;
  archivedAt: Date | null;
  pinnedAt: Date | null;
  notify: 'all' | 'mentions' | 'none' | null;
};

export type MessageRow = WithDates<
  Omit<Message, 'chatId' | 'receiverId' | 'seen' | 'replyTo' | 'reactions'>
> & {
  reactions: Message['reactions'] | null;
  /** It counts as unread for nobody: a note of the server about a change, or a deleted message. */
  quiet: boolean;
};

export interface ReactionRow {
  messageId: number;
  emoji: string;
  userId: number;
}

/** @returns null when there is no chat with this id. */
export async function chatRows(sql: Sql, chatId: number): Promise<ChatRows | null> {
  const [row] = await sql<ChatRows['chat'] & ChatRows['blocks']>(
    `SELECT id, type, "user1Id", "user2Id", title, "avatarUrl", metadata, "historyVisible", sending,
       "slowModeSeconds", "addMembers", visibility, "externalId", "purgedSeq" + 1 AS "firstSeq", "retentionDays",
       "memberCount",
       "membersVersion", "lastSeq", version, "lastActivityAt", "createdAt", "user1Blocks", "user2Blocks", closed
     FROM chats WHERE id = $1`,
    [chatId],
  );
  if (!row) return null;
  const { user1Blocks, user2Blocks, closed, ...chat } = row;
  return {
    chat,
    blocks: { user1Blocks, user2Blocks, closed },
    members: await sql<MemberRow>(
      `SELECT m."userId", m.role, m."readSeq", m."deliveredSeq", m."joinedAt", u.name, u."avatarUrl", u."externalId", m."seesAfter",
         m."clearedSeq", m."goneUpTo", m."hiddenUpTo", m."unreadSeq", m."mutedUntil", m."archivedAt", m."pinnedAt",
         m."silencedUntil", m.notify
       FROM chat_members m JOIN users u ON u.id = m."userId" WHERE m."chatId" = $1 ORDER BY m."userId"`,
      [chatId],
    ),
    messages: await sql<MessageRow>(
      `SELECT id, seq, version, type, "senderId", "clientId", content, "replyToId", metadata, reactions, quiet, "createdAt",
         "editedAt", "deletedAt"
       FROM messages WHERE "chatId" = $1 ORDER BY seq`,
      [chatId],
    ),
    reactions: await sql<ReactionRow>(
      `SELECT r."messageId", r.emoji, r."userId" FROM message_reactions r JOIN messages m ON m.id = r."messageId"
       WHERE m."chatId" = $1 ORDER BY r."messageId", r."createdAt", r.emoji, r."userId"`,
      [chatId],
    ),
    mentions: await sql<{ userId: number; seq: number }>(
      'SELECT "userId", seq FROM message_mentions WHERE "chatId" = $1 ORDER BY seq, "userId"',
      [chatId],
    ),
    hidden: await sql<{ userId: number; messageId: number }>(
      'SELECT "userId", "messageId" FROM hidden_messages WHERE "chatId" = $1 ORDER BY "userId", "messageId"',
      [chatId],
    ),
  };
}
