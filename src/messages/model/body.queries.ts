import { BatchColumns } from '../../database/batch-columns.js';
import { bodyColumns, Message, type MessageBody } from '../../database/models/message.model.js';

/** The message bodies of a batch, as parameters of a statement. */
export const bodies = new BatchColumns(Message, bodyColumns);

/** The same for messages that are not replies. */
export const plainBodies = new BatchColumns(Message, bodyColumns.without('replyToId'));

/** What the senders of a batch sent, beside what is written of it. */
export const sentBodies = new BatchColumns(Message, bodyColumns, 'sent_');

/** Gives the SQL expression for a column of the body. */
type CellOf = (column: keyof MessageBody) => string;

/** SQL: whether two bodies are equal. */
export const sameBody = (one: CellOf, other: CellOf) =>
  bodyColumns.names.map((name) => `${one(name)} IS NOT DISTINCT FROM ${other(name)}`).join(' AND ');

/**
 * SQL: the hash of a body as it was sent. After an edit, it tells a retry of the send from a different message with the
 * same key. A column that was added later goes into the hash only if it has a value, so that stored hashes stay valid.
 */
export const originalHash = (cell: CellOf) => {
  const added = bodyColumns.names.slice(3).map((name) => `, '${name}=' || ${cell(name)}`);
  return `md5(concat_ws(E'\\x01', ${cell('content')}, COALESCE(${cell('replyToId')}::text, ''), COALESCE(${cell('metadata')}::text, '')${added.join('')}))`;
};
