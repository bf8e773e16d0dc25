import { chatRows, type Sql } from '../tables.js';
import { type Seen, Truth } from '../truth.js';

/** A chat of a person, as the tables have it. */
export interface TrueChat {
  truth: Truth;
  seen: Seen;
}

/** All chats of a person as the tables have them, all at one moment. */
export interface Account {
  userId: number;
  /** By id, also those that are in none of this person's lists. */
  chats: Map<number, TrueChat>;
}

/** @throws Error when there is no such user. */
export async function readAccount(sql: Sql, userId: number): Promise<Account> {
  const users = await sql('SELECT id FROM users WHERE id = $1', [userId]);
  if (users.length === 0) throw new Error(`There is no user ${userId}.`);
  const memberships = await sql<{ chatId: number }>(
    'SELECT "chatId" FROM chat_members WHERE "userId" = $1 ORDER BY "chatId"',
    [userId],
  );
  const chats = new Map<number, TrueChat>();
  for (const { chatId } of memberships) {
    const rows = await chatRows(sql, chatId);
    if (!rows) continue;
    const truth = new Truth(rows);
    chats.set(chatId, { truth, seen: truth.as(userId) });
  }
  return { userId, chats };
}
