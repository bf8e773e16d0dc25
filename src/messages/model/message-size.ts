import type { MessageRow } from '../../database/models/message.model.js';

/** Most bytes of a message in an answer besides its key, text, metadata and reactions: field names, ids, times. */
const FRAME_BYTES = 400;

/** Most bytes of what is shown of the message that a reply is to: 160 characters, of six bytes at most, and its ids. */
const REPLY_BYTES = 1_100;

/** Bytes of `"mine":false,`, which each reaction has for its reader. */
const MINE_BYTES = 13;

/** Bytes of a JSON value which PostgreSQL stores in so many or fewer: it is not made into text to be measured. */
const SMALL_JSON_BYTES = 100;

/** SQL: bytes of a column of JSON, about; 0 where it is null. */
export const jsonSize = (column: string) => `
  CASE WHEN ${column} IS NULL THEN 0 WHEN pg_column_size(${column}) <= ${SMALL_JSON_BYTES} THEN ${SMALL_JSON_BYTES}
    ELSE octet_length(${column}::text) END`;

/**
 * SQL: bytes of the message in an answer, before its text is escaped; null when all of it is null. A long text is
 * measured without being read: a statement that ends a page here has not fetched what does not fit.
 */
export const messageSize = (message: string) => `
  ${FRAME_BYTES} + octet_length(${message}.content) + COALESCE(octet_length(${message}."clientId"), 0)
    + ${jsonSize(`${message}.metadata`)} + ${jsonSize(`${message}.reactions`)}
    + CASE WHEN ${message}."replyToId" IS NULL THEN 0 ELSE ${REPLY_BYTES} END`;

/** A message, and its size as a statement has measured it. */
export type Sized = Pick<MessageRow, 'content' | 'clientId' | 'replyToId' | 'metadata' | 'reactions'> & {
  size: number;
};

/**
 * Most bytes that the message takes in an answer: UTF-8, with its text escaped as JSON, where a control character has
 * six bytes. Never less than what the statement measured: a list that is cut by it ends where the statement's did, or
 * earlier.
 */
export function sentBytes({ content, clientId, replyToId, metadata, reactions, size }: Sized): number {
  return Math.max(
    size,
    FRAME_BYTES +
      (replyToId === null ? 0 : REPLY_BYTES) +
      (reactions?.length ?? 0) * MINE_BYTES +
      jsonBytes(content) +
      jsonBytes(clientId) +
      jsonBytes(metadata) +
      jsonBytes(reactions),
  );
}

/** A byte of text has at most six as JSON. */
const MOST_ESCAPED = 6;

/** How many of the first messages fit into so many bytes; one at least, if there is one. */
export function fittingIn(bytes: number, messages: readonly Sized[]): number {
  let most = 0;
  for (const { size } of messages) most += size * MOST_ESCAPED;
  // As a rule they are short, and need not be measured one by one.
  if (most <= bytes) return messages.length;
  let left = bytes;
  const cut = messages.findIndex((message) => (left -= sentBytes(message)) < 0);
  return cut === -1 ? messages.length : Math.max(cut, 1);
}

function jsonBytes(value: unknown): number {
  return value === null ? 0 : Buffer.byteLength(JSON.stringify(value));
}
