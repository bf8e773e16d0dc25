import type { MessageRow } from '../../database/models/message.model.js';

/** Most bytes of a message in an answer besides its key, text, metadata and reactions: field names, ids, times. */
const FRAME_BYTES = 400;

/**
 * SQL: bytes of the message `m` in an answer, before its text is escaped. A long text is measured without being read:
 * a statement that ends a page here has not fetched what does not fit.
 */
export const messageSize = `
  ${FRAME_BYTES} + octet_length(m.content) + COALESCE(octet_length(m."clientId"), 0)
    + COALESCE(octet_length(m.metadata::text), 0) + COALESCE(octet_length(m.reactions::text), 0)`;

/** A message, and its size as a statement has measured it. */
export type Sized = Pick<MessageRow, 'content' | 'clientId' | 'metadata' | 'reactions'> & { size: number };

/**
 * Most bytes that the message takes in an answer: UTF-8, with its text escaped as JSON, where a control character has
 * six bytes. Never less than what the statement measured: a list that is cut by it ends where the statement's did, or
 * earlier.
 */
export function sentBytes({ content, clientId, metadata, reactions, size }: Sized): number {
  return Math.max(
    size,
    FRAME_BYTES + jsonBytes(content) + jsonBytes(clientId) + jsonBytes(metadata) + jsonBytes(reactions),
  );
}

/** How many of the first messages fit into so many bytes; one at least, if there is one. */
export function fittingIn(bytes: number, messages: readonly Sized[]): number {
  let left = bytes;
  const cut = messages.findIndex((message) => (left -= sentBytes(message)) < 0);
  return cut === -1 ? messages.length : Math.max(cut, 1);
}

function jsonBytes(value: unknown): number {
  return value === null ? 0 : Buffer.byteLength(JSON.stringify(value));
}
