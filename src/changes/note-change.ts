/**
 * What stands in the log besides sent messages: changes of a chat, that members are to be told of unread messages, and of
 * {@link NO_CHAT} that a webhook was given up.
 */
export type NotedKind =
  | 'newChat'
  | 'chatUpdated'
  | 'chatDeleted'
  | 'membersAdded'
  | 'memberRemoved'
  | 'memberUpdated'
  | 'messageEdited'
  | 'messageDeleted'
  | 'reactionsChanged'
  | 'notification.due'
  | 'webhookDisabled';

/** The chat id of changes that are about no chat. */
export const NO_CHAT = 0;

/**
 * SQL: notes a change of a chat for those who read the log, if there are any. Only in a statement that has written the
 * chat's row or comes after its lock: the order of the log stands on it. `details` is JSON: ids, flags and codes, never
 * what people wrote.
 */
export const noteChange = (
  kind: NotedKind | `$${number}`,
  {
    chat,
    version,
    message = 'NULL',
    details = 'NULL',
  }: { chat: string; version: string; message?: string; details?: string },
) =>
  `note_change(${kind.startsWith('$') ? `${kind}::text` : `'${kind}'`}, ${chat}, ${version}, ${message}, ${details})`;

/** What is noted with `reactionsChanged`: who has added a reaction, or taken one back. */
export interface NotedReaction {
  by: number;
  added: boolean;
}

/** SQL: the same, with what it says besides: `details` is an expression of the type jsonb. */
export const noteDetails = (
  kind: NotedKind,
  { chat, version, message, details }: { chat: string; version: string; message: string; details: string },
) => `note_change('${kind}', ${chat}, ${version}, ${message}, ${details})`;

/** An event about members: what it says is noted with it. */
export interface NotedEvent {
  kind: NotedKind;
  details: object | null;
}

/**
 * SQL: notes events of a chat, the first with the version after `version`, and so on. `events` is a parameter with a list of
 * {@link NotedEvent} as JSON.
 */
export const noteEvents = ({ chat, version, events }: { chat: string; version: string; events: string }) => `(
      SELECT count(note_change(e.one ->> 'kind', ${chat}, ${version} + e.nr, NULL, NULLIF(e.one -> 'details', 'null')))
      FROM jsonb_array_elements(${events}::jsonb) WITH ORDINALITY AS e(one, nr)
    )`;
