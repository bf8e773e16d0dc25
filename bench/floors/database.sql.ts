/** The project's table of messages as its migration makes it: the same columns, keys and indexes. */
export const CREATE_TABLE = `
  CREATE TABLE IF NOT EXISTS messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "chatId" bigint NOT NULL,
    seq bigint NOT NULL,
    version bigint NOT NULL,
    "senderId" bigint,
    "clientId" text,
    content text NOT NULL,
    "replyToId" bigint,
    metadata jsonb,
    "createdAt" timestamptz(3) NOT NULL DEFAULT now(),
    "editedAt" timestamptz(3),
    "deletedAt" timestamptz(3)
  );
  CREATE UNIQUE INDEX IF NOT EXISTS messages_by_seq ON messages ("chatId", seq);
  CREATE INDEX IF NOT EXISTS messages_by_version ON messages ("chatId", version);
  CREATE UNIQUE INDEX IF NOT EXISTS messages_by_client_id
    ON messages ("senderId", "clientId") WHERE "clientId" IS NOT NULL;`;

export const INSERT = `
  INSERT INTO messages ("chatId", seq, version, "senderId", "clientId", content)
  VALUES ($1, $2, $2, $3, $4, $5) RETURNING id, "createdAt"`;

/** Chats that each connection writes to in turn: 96 over 16 connections, about as many as the load has. */
const CHATS = 6;

/** Values of {@link INSERT}; no two of a run share a chat's seq. */
export function rowValues(connection: number, number: number, clientId: string): unknown[] {
  const chatId = connection * CHATS + (number % CHATS) + 1;
  const seq = Math.floor(number / CHATS) + 1;
  const content = `#${connection}.${number}# The quick brown fox jumps over the lazy dog.`;
  return [chatId, seq, connection + 1, clientId, content];
}
