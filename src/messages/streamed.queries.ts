import { statement } from '../database/statement.js';

/** SQL: whether the message `m` grows. */
export const isGrowing = (m: string) =>
  `(${m}."deletedAt" IS NULL AND ${m}.metadata @> '{"streaming": true}')`;

/** SQL: what is written of a message so far; null when nothing is, or it is not streamed. */
export const writtenOf = (messageId: string) => `
      (SELECT string_agg(p.text, '' ORDER BY p.start) FROM message_stream_parts p WHERE p."messageId" = ${messageId})`;

/** SQL: what the message `m` says: of one that grows, all that readers have seen. */
export const saidBy = (m: string) => `
      COALESCE(CASE WHEN ${isGrowing(m)} THEN ${writtenOf(`${m}.id`)} END, ${m}.content)`;

/** `$1` message: locks its stream, so that nothing is added any more. */
export const lockStream = statement.count({
  name: 'messages.lockStream',
  text: `SELECT 1 FROM message_streams WHERE "messageId" = $1 FOR UPDATE`,
  values: (messageId: number) => [messageId],
});
