/** `/docs/contract.json`, as far as the console needs it: all that is shown is made from it. */
export interface Schema {
  type?: string | string[];
  $ref?: string;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  propertyNames?: Schema;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  format?: string;
  default?: unknown;
  description?: string;
}

export interface Rest {
  method: string;
  path: string;
  status: number;
  when: string[];
}

export interface Command {
  name: string;
  /** What it is about: its folder in the list. */
  subject: string;
  summary: string;
  input: Schema;
  rules: string[];
  socket: boolean;
  rest: Rest | null;
  who: Record<'jwt' | 'open', string>;
  /** The fields that name the user who acts. */
  actor: string[];
  /** The field that a lone value stands for. */
  bare: string | null;
  /** The events that answer it without a callback. */
  replies: string[];
  errors: Record<'rest' | 'socket', string[]>;
  example: { input: unknown };
}

export interface Contract {
  version: string;
  commands: Command[];
  events: Record<string, { summary: string }>;
  errors: Record<string, { status: number; message: string; advice: string }>;
  $defs: Record<string, Schema>;
}

export interface Config {
  name: string;
  auth: 'open' | 'jwt';
  accounts: boolean;
  socket: { url: string | null; path: string };
  /** Which pages there are. */
  pages: string[];
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, credentials: 'omit' });
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}.`);
  return (await response.json()) as T;
}

type Written = Omit<Contract, 'commands'> & { commands: Record<string, Omit<Command, 'name'>> };

/** What this server understands, and how it is reached. */
export async function readServer(): Promise<{ contract: Contract; config: Config }> {
  const [written, config] = await Promise.all([
    read<Written>('/docs/contract.json').then(withPlainIds),
    read<Config>('/config'),
  ]);
  const commands = Object.entries(written.commands).map(([name, one]) => ({ ...one, name }));
  return { contract: { ...written, commands }, config };
}

/**
 * An id is written as a number, or text that begins with `external:`. To a form it is one thing, an id, which it knows by its
 * number (`isId`).
 */
function withPlainIds<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withPlainIds) as T;
  if (typeof value !== 'object' || value === null) return value;
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withPlainIds(one as unknown)]),
  ) as Schema;
  if (!Array.isArray(anyOf)) return (anyOf === undefined ? rest : { ...rest, anyOf }) as T;
  const others = anyOf.filter(({ pattern }) => pattern !== '^external:');
  return (others.length === 1 ? { ...others[0], ...rest } : { ...rest, anyOf: others }) as T;
}

/** Where sockets connect to. */
export const socketUrl = ({ socket }: Config): string => socket.url ?? location.origin;

const MOST_SAFE = Number.MAX_SAFE_INTEGER;

/** Ids are taken as a number, as its digits, or as `external:` with the id of the application. */
export const isId = (schema: Schema): boolean =>
  schema.type === 'integer' && schema.minimum === 1 && schema.maximum === MOST_SAFE;

/** The schema without `null` beside it, and whether that was there. */
export function nullable(schema: Schema): { schema: Schema; orNull: boolean } {
  const others = schema.anyOf?.filter(({ type }) => type !== 'null');
  if (!schema.anyOf || !others || others.length === schema.anyOf.length) return { schema, orNull: false };
  const { anyOf: _, ...rest } = schema;
  return {
    schema: others.length === 1 ? { ...rest, ...others[0] } : { ...rest, anyOf: others },
    orNull: true,
  };
}
