import { BatchColumns } from '../../database/batch-columns.js';
import { bodyColumns, Message, type MessageBody } from '../../database/models/message.model.js';

/** The bodies of a batch, as parameters of a statement. */
export const bodies = new BatchColumns(Message, bodyColumns);

/** Of messages that answer no other. */
export const plainBodies = new BatchColumns(Message, bodyColumns.without('replyToId'));

/** What an SQL expression each of the body's columns is. */
type CellOf = (column: keyof MessageBody) => string;

/** Whether two bodies are the same. */
export const sameBody = (one: CellOf, other: CellOf) =>
  bodyColumns.names.map((name) => `${one(name)} IS NOT DISTINCT FROM ${other(name)}`).join(' AND ');

/**
 * What tells a retry of a send from another message under the same key, once the message has changed. A column that was
 * added later counts where it has a value only: hashes that are stored already stay true.
 */
export const originalHash = (cell: CellOf) => {
  const added = bodyColumns.names.slice(3).map((name) => `, '${name}=' || ${cell(name)}`);
  return `md5(concat_ws(E'\\x01', ${cell('content')}, COALESCE(${cell('replyToId')}::text, ''), COALESCE(${cell('metadata')}::text, '')${added.join('')}))`;
};
