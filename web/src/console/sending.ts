import type { Command, Config } from './contract';
import { identity, type Identity } from './identities';
import { note } from './log';
import { remember } from './seen';

export type Via = 'callback' | 'event' | 'rest';

export interface Sent {
  command: Command;
  input: unknown;
  via: Via;
}

export interface Failure {
  code: string;
  message: string;
  details?: unknown;
  retryAfterMs?: number;
}

/** `waiting`: without a callback, the answer is an event, which stands in the log. */
export type Outcome =
  | { kind: 'answer'; ms: number; data: unknown }
  | { kind: 'failed'; ms: number; error: Failure }
  | { kind: 'waiting' };

/** The server answers within 5 s; then it is said that nothing came, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;

/** So much of an answer of lines is shown, in characters. */
const MOST_OF_LINES = 200_000;

export const viasOf = (command: Command): Via[] => [
  ...(command.socket ? (['callback', 'event'] as const) : []),
  ...(command.rest ? (['rest'] as const) : []),
];

export interface Request {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
}

/** The same input as a request: what the path does not name is the body, or the query of GET and DELETE. */
export function requestOf({ rest }: Command, input: unknown): Request {
  const { method, path } = rest!;
  const left = { ...(typeof input === 'object' ? input : {}) } as Record<string, unknown>;
  const filled = path.replace(/:(\w+)/g, (_, name: string) => {
    const value = left[name];
    delete left[name];
    return value === undefined ? `:${name}` : encodeURIComponent(textOf(value));
  });
  const headers: Record<string, string> = {};
  if (typeof left.clientId === 'string') {
    headers['idempotency-key'] = left.clientId;
    delete left.clientId;
  }
  if (method !== 'GET' && method !== 'DELETE') {
    headers['content-type'] = 'application/json';
    return { method, path: filled, headers, body: left };
  }
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(left)) {
    if (Array.isArray(value)) for (const one of value) query.append(name, textOf(one));
    else query.append(name, textOf(value));
  }
  return { method, path: query.size > 0 ? `${filled}?${query}` : filled, headers };
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** The headers that say who asks. */
export function proofOf({
  token,
  apiKey,
  userId,
}: Pick<Identity, 'token' | 'apiKey' | 'userId'>): Record<string, string> {
  if (token !== null) return { authorization: `Bearer ${token}` };
  if (apiKey !== null) return { 'x-api-key': apiKey };
  return userId === null ? {} : { 'x-user-id': encodeURIComponent(userId) };
}

/** Sends, and notes what went out and what came. */
export async function send(
  config: Config,
  who: Identity | null,
  { command, input, via }: Sent,
): Promise<Outcome> {
  const line = {
    key: who?.key ?? null,
    who: who?.label ?? 'nobody',
    colour: who?.colour ?? 0,
    via: via === 'rest' ? ('rest' as const) : ('socket' as const),
  };
  const start = performance.now();
  const failed = (error: Failure): Outcome => {
    const ms = performance.now() - start;
    note({ ...line, direction: 'in', name: command.name, ms, code: error.code, data: error });
    return { kind: 'failed', ms, error };
  };
  const answered = (data: unknown): Outcome => {
    const ms = performance.now() - start;
    remember(data);
    note({ ...line, direction: 'in', name: command.name, ms, data });
    return { kind: 'answer', ms, data };
  };
  if (who?.state === 'offline' || (via !== 'rest' && !who?.socket?.connected)) {
    const why = who
      ? `${who.label} is not connected: nothing was sent.`
      : 'A socket belongs to a user: add one above.';
    const error = { code: 'NOT_SENT', message: why };
    return { kind: 'failed', ms: 0, error };
  }
  note({ ...line, direction: 'out', name: command.name, data: input });
  if (via === 'rest') {
    const asked = await ask(command, input, who, config);
    return 'error' in asked ? failed(asked.error) : answered(asked.data);
  }
  const socket = who!.socket!;
  if (via === 'event') {
    socket.emit(command.name, input);
    return { kind: 'waiting' };
  }
  try {
    const answer = (await socket.timeout(ANSWER_WITHIN_MS).emitWithAck(command.name, input)) as
      { ok: true; data: unknown } | { ok: false; error: Failure };
    return answer.ok ? answered(answer.data) : failed(answer.error);
  } catch {
    return failed({
      code: 'NO_ANSWER',
      message: 'No answer came. Whether it was done is unknown: send it again with the same clientId.',
    });
  }
}

type Asked = { data: unknown } | { error: Failure };

async function ask(command: Command, input: unknown, who: Identity | null, config: Config): Promise<Asked> {
  const { method, path, headers, body } = requestOf(command, input);
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { ...headers, ...(who ? proofOf(who) : {}) },
      credentials: 'omit',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    return { error: { code: 'NO_ANSWER', message: `${config.name} was not reached.` } };
  }
  const isLines = response.headers.get('content-type')?.startsWith('application/x-ndjson') ?? false;
  const read = isLines ? linesOf(response) : response.json();
  const answer = (await read.catch(() => null)) as { error?: Failure } | null;
  if (response.ok) return { data: answer };
  return { error: answer?.error ?? { code: `HTTP_${response.status}`, message: response.statusText } };
}

/** Of an answer of JSON Lines, which may be of any length, the beginning. */
async function linesOf(response: Response): Promise<unknown[]> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += part.value;
    if (text.length > MOST_OF_LINES) {
      await reader.cancel();
      break;
    }
  }
  return text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** What a key makes safe to send again has one. */
export function withKey(command: Command, input: unknown): unknown {
  const takes = command.input.properties?.clientId !== undefined;
  if (!takes || typeof input !== 'object' || input === null || Array.isArray(input)) return input;
  return 'clientId' in input ? input : { ...input, clientId: keyOf() };
}

/** `randomUUID` is there in secure contexts only. */
const keyOf = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, '0')).join('');

/** The identity that this command is sent by: the one that is there now, which may have connected again. */
export const current = (key: number | null): Identity | null =>
  key === null ? null : (identity(key) ?? null);
