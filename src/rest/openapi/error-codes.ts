import {
  type CommandDefinition,
  type CommandName,
  type ErrorCode,
  errorCatalogue,
  whoMayUse,
} from '../../contract/index.js';
import { schemaOf } from './json-schema.js';

/** Codes that only some commands answer with. */
const OWN: Partial<Record<ErrorCode, readonly CommandName[]>> = {
  CONFLICT: [
    'addReaction',
    'blockUser',
    'createUser',
    'markAsUnread',
    'register',
    'sendDelta',
    'setRole',
    'streamMessage',
    'watchPresence',
  ],
  GROUP_FULL: ['createGroup', 'addMembers', 'acceptInvitation'],
  CREDENTIALS_WRONG: ['login', 'changePassword'],
  NOT_FOUND: ['exportUser', 'eraseUser', 'deactivateUser', 'reactivateUser', 'reportUser'],
  TOKEN_REUSED: ['refresh'],
  TOKEN_EXPIRED: ['refresh', 'authenticate'],
  TOKEN_INVALID: ['refresh', 'authenticate'],
};

/** Fields whose value has to exist, and be visible to who asks. */
const NAMES_SOMETHING = [
  'chatId',
  'messageId',
  'receiverId',
  'reportId',
  'id',
  'memberIds',
  'userIds',
  'replyToId',
];

/** The codes that a command may answer with, in the order of the catalogue. */
export function errorCodesOf(
  name: CommandName,
  definition: CommandDefinition,
  edge: 'rest' | 'socket',
): ErrorCode[] {
  const { properties = {} } = schemaOf(definition.input, 'output', {});
  const fields = Object.keys(properties);
  const who = whoMayUse(definition, false);
  const takesBody = edge === 'socket' || !['GET', 'DELETE'].includes(definition.rest?.method ?? 'GET');
  const known = who !== 'anyone';
  const codes: Partial<Record<ErrorCode, boolean>> = {
    VALIDATION_FAILED: fields.length > 0,
    UNAUTHENTICATED: known,
    TOKEN_EXPIRED: known && edge === 'rest',
    TOKEN_INVALID: known && edge === 'rest',
    FORBIDDEN: known || definition.cookie !== undefined,
    NOT_FOUND: fields.some((field) => NAMES_SOMETHING.includes(field)),
    NOT_CONFIGURED: definition.inOpenMode === 'off',
    IDEMPOTENCY_MISMATCH: fields.includes('clientId'),
    PAYLOAD_REFUSED: takesBody && fields.length > 0,
    RATE_LIMITED: true,
    INTERNAL: true,
    OVERLOADED: true,
    UNAVAILABLE: true,
  };
  return (Object.keys(errorCatalogue) as ErrorCode[]).filter(
    (code) => codes[code] === true || OWN[code]?.includes(name),
  );
}
