/**
 * Inserts the row of a message as the product writes it, into the table of the product's migrations. The id is the next
 * value of the table's sequence, as in the product.
 */
export const INSERT = `
  INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content, metadata, "createdAt")
  VALUES ($1, $2, $2, $3, $4, $5, $6, clock_timestamp()) RETURNING id, "createdAt"`;

/** Runs before each round, because its numbers begin at 0 again. The other tables that CASCADE reaches are empty. */
export const EMPTY = 'TRUNCATE messages CASCADE';

/** Chats that each connection writes to in turn: 96 over 16 connections, about as many as in the load. */
const CHATS = 6;

/** Values of {@link INSERT}; no two of a run share a chat's seq. */
export function rowValues(connection: number, number: number, clientId: string): unknown[] {
  const chatId = connection * CHATS + (number % CHATS) + 1;
  const seq = Math.floor(number / CHATS) + 1;
  const content = `#${connection}.${number}# The quick brown fox jumps over the lazy dog.`;
  return [chatId, seq, connection + 1, clientId, content, null];
}
