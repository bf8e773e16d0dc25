import type { CommandDefinition, CommandName } from '../../contract/index.js';
import { EXAMPLE_TIME, type Json, type JsonSchema, schemaOf } from './json-schema.js';

/** Values by the name of their field; where they do not fit its type, its schema alone decides. */
const BY_NAME: Json = {
  accessToken: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  accessTokenExpiresIn: 900,
  avatarUrl: 'https://images.example.com/ann.png',
  blockedByMe: false,
  changed: true,
  chatId: 12,
  code: 'k3JwQ9xVb_T0rLm4-ZsYd8Ae',
  clientId: '9f0c1b7e-5d0a-4c53-9d0e-3a8f4c1f7b21',
  connectionId: 'uK2v9XqJ3mVw8dQ1AAAB',
  content: 'Hello!',
  createdAt: EXAMPLE_TIME,
  currentPassword: 'correct horse',
  deletedAt: null,
  editedAt: null,
  emoji: '👍',
  excerpt: 'Hello!',
  externalId: 'crm-1',
  firstSeq: 1,
  fromUserId: 1,
  id: 345,
  ids: [1, 2],
  imageOrigins: ['https://images.example.com'],
  ip: '203.0.113.7',
  lastActivityAt: EXAMPLE_TIME,
  lastSeq: 33,
  limit: 50,
  memberCount: 3,
  memberIds: [2, 3],
  mentions: [2],
  message: 'Not found, or not visible to you: check the id.',
  messageId: 345,
  metadata: {},
  name: 'Ann',
  newPassword: 'battery staple',
  pages: ['/', '/admin', '/console'],
  password: 'correct horse',
  path: '/socket.io/',
  protocol: 1,
  q: 'ann',
  reason: 'Spam',
  receiverId: 2,
  refreshToken: 'Jm2bq0u0Hk5l8s1vYt7dXw',
  reportId: 7,
  role: 'member',
  senderId: 1,
  seq: 33,
  title: 'Lunch',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  user1Id: 1,
  user2Id: 2,
  userAgent: 'Mozilla/5.0',
  userId: 1,
  username: 'ann',
  version: 57,
  // RFC 8291, appendix A.
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
  versions: { 12: 57 },
};

const is = (value: unknown, type: string): boolean => {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
};

const typesOf = ({ type }: Json): string[] => (Array.isArray(type) ? (type as string[]) : [String(type)]);

/**
 * A value that a JSON Schema allows, with all fields that are required, and `shown`.
 *
 * @param named the schemas that `$ref` names, by name
 */
export function exampleOf(schema: Json, named: Json, field = '', shown: readonly string[] = []): unknown {
  const { $ref, anyOf, allOf, oneOf, enum: allowed } = schema;
  if (typeof $ref === 'string') {
    const name = $ref.split('/').at(-1)!;
    return exampleOf(named[name] as Json, named, field === 'id' ? name : field);
  }
  const parts = (anyOf ?? oneOf ?? allOf) as Json[] | undefined;
  if (parts) {
    const usual = parts.find((part) => part.type !== 'null' && fits(part, field)) ?? parts[0]!;
    return exampleOf(usual, named, field);
  }
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(allowed)) return allowed[0];
  if (fits(schema, field) && !hasOwnFields(schema)) return BY_NAME[field];
  return byType(schema, named, field, shown);
}

const hasOwnFields = ({ properties, items }: Json) =>
  Object.keys((properties as Json | undefined) ?? {}).length > 0 || hasShape(items as Json | undefined);

const hasShape = (items: Json | undefined) =>
  items !== undefined && ('$ref' in items || 'properties' in items);

/** Whether the value by the name of a field is of the schema's type. */
const fits = (schema: Json, field: string) =>
  field in BY_NAME && typesOf(schema).some((type) => is(BY_NAME[field], type));

function byType(schema: Json, named: Json, field: string, shown: readonly string[]): unknown {
  const [type] = typesOf(schema);
  if (type === 'object') return objectOf(schema, named, shown);
  if (type === 'array') return [exampleOf((schema.items ?? {}) as Json, named, field.replace(/s$/, ''))];
  if (type === 'boolean') return false;
  if (type === 'null') return null;
  if (type === 'integer' || type === 'number') {
    return Math.min(Math.max(1, Number(schema.minimum ?? 1)), Number(schema.maximum ?? 1));
  }
  if (type !== 'string') return {};
  if (schema.format === 'date-time') return EXAMPLE_TIME;
  return schema.format === 'uri' ? 'https://example.com' : 'text';
}

function objectOf(schema: JsonSchema, named: Json, shown: readonly string[]): Json {
  const { properties = {}, required = [] } = schema;
  const fields = Object.entries(properties).filter(
    ([name, { default: preset }]) =>
      (required.includes(name) && preset === undefined) || shown.includes(name),
  );
  return Object.fromEntries(fields.map(([name, json]) => [name, exampleOf(json, named, name)]));
}

/** Optional fields that examples show, because a command needs one of several, or makes little sense without. */
const SHOWN: Partial<Record<CommandName, readonly string[]>> = {
  addPushTarget: ['keys'],
  addReaction: ['emoji'],
  createGroup: ['title', 'memberIds'],
  editMessage: ['content'],
  getMessages: ['limit'],
  getUsers: ['ids'],
  markAsDelivered: ['messageId'],
  markAsSeen: ['messageId'],
  mintToken: ['externalId'],
  sendMessage: ['chatId', 'content', 'clientId'],
  sendSystemMessage: ['content'],
  sync: ['versions'],
  updateChat: ['title'],
  updateUser: ['name'],
};

/** An input of a command that the server takes: what is required, and in open mode who acts. */
export function exampleInput(name: CommandName, definition: CommandDefinition): Json {
  const named: Json = {};
  const output = schemaOf(definition.input, 'output', named);
  const { required = [] } = schemaOf(definition.input, 'input', named);
  const example = exampleOf({ ...output, required }, named, '', [
    ...definition.actor,
    ...(SHOWN[name] ?? []),
  ]);
  return example as Json;
}
