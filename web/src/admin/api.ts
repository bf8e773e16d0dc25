import type { ErrorCode } from '@chat-api/client';

export interface Failure {
  code: ErrorCode | 'OFFLINE';
  message: string;
  retryAfterMs?: number;
  details?: unknown;
}

/** What the server has refused, or that it was not reached. */
export class ApiError extends Error {
  readonly code: Failure['code'];
  readonly retryAfterMs: number | undefined;
  readonly details: unknown;

  constructor({ code, message, retryAfterMs, details }: Failure) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.details = details;
  }
}

/** Milliseconds until a request counts as lost. */
const ANSWER_WITHIN_MS = 20_000;
const KEPT = 'chat:admin-key';

let key: string | null = null;
let refused: () => void = () => undefined;

function kept<T>(use: (storage: Storage) => T): T | null {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

export const keptKey = (): string | null => kept((storage) => storage.getItem(KEPT));

/** With which key requests are made from now on; null: with none. `keep`: a reload of this tab has it as well. */
export function setKey(next: string | null, { keep = false } = {}): void {
  key = next;
  kept((storage) => {
    if (next !== null && keep) storage.setItem(KEPT, next);
    else storage.removeItem(KEPT);
  });
}

/** Called when the server does not take the key any more. */
export function onRefused(listener: () => void): void {
  refused = listener;
}

type Query = Record<string, string | number | undefined>;

function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

interface Request {
  method: string;
  path: string;
  body?: unknown;
  /** null: as long as it takes. */
  withinMs?: number | null;
  /** Another key than the present one. */
  as?: string | null;
}

async function ask(request: Request): Promise<Response> {
  const { method, path, body, withinMs = ANSWER_WITHIN_MS, as = key } = request;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      headers: {
        accept: 'application/json',
        ...(as === null ? {} : { 'x-api-key': as }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(withinMs === null ? {} : { signal: AbortSignal.timeout(withinMs) }),
    });
  } catch {
    throw new ApiError({ code: 'OFFLINE', message: 'The server was not reached.' });
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => null)) as { error?: Failure } | null;
  const error = new ApiError(
    answer?.error ?? { code: 'INTERNAL', message: `The server answered with ${response.status}.` },
  );
  if (as === key && isRefusal(error)) refused();
  throw error;
}

/** Whether the server does not know the key. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && (error.code === 'TOKEN_INVALID' || error.code === 'UNAUTHENTICATED');

/** Tries a key with something that costs the server nothing. @throws ApiError */
export const tryKey = async (as: string): Promise<void> => {
  await ask({ method: 'GET', path: '/status', as });
};

/** @throws ApiError */
export async function call<T>(
  method: string,
  path: string,
  { query = {}, body }: { query?: Query; body?: unknown } = {},
): Promise<T> {
  const response = await ask({ method, path: addressOf(path, query), body });
  try {
    return (await response.json()) as T;
  } catch {
    throw new ApiError({ code: 'OFFLINE', message: 'The answer of the server broke off.' });
  }
}

export const get = <T>(path: string, query: Query = {}): Promise<T> => call<T>('GET', path, { query });

/** The last line of an export has less. */
const TAIL_BYTES = 4_096;

/** Saves an export as a file. The key is a header, so a link alone can't. @throws ApiError */
export async function download(path: string, name: string): Promise<void> {
  const response = await ask({ method: 'GET', path, withinMs: null });
  const cut = () =>
    new ApiError({ code: 'OFFLINE', message: 'The file broke off before its end. Try again.' });
  const file = await response.blob().catch(() => Promise.reject(cut()));
  // Its last line says that it is whole.
  const last = (await file.slice(-TAIL_BYTES).text()).trimEnd().split('\n').at(-1);
  if (!last?.includes('"end"')) throw cut();
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

const SENTENCES: Partial<Record<Failure['code'], string>> = {
  UNAUTHENTICATED: 'The server does not know this key. It has to be one of API_KEYS in its environment.',
  TOKEN_INVALID: 'The server does not know this key. It has to be one of API_KEYS in its environment.',
  NOT_FOUND: 'It is not there any more.',
  OVERLOADED: 'The server has too much to do. Try again.',
  UNAVAILABLE: 'The server can not do it at the moment. Try again.',
};

/** What went wrong and what to do, in one sentence; what this page does not know, in the words of the server. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong on this page. Reload it.';
  const { code, details, message, retryAfterMs } = error;
  if (code === 'RATE_LIMITED')
    return `That was too fast. Wait ${Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000))} s.`;
  if (code === 'VALIDATION_FAILED') {
    const [first] = (Array.isArray(details) ? details : []) as { path?: string; message?: string }[];
    if (first?.message) return `${first.path ? `${first.path}: ` : ''}${first.message}`;
  }
  return SENTENCES[code] ?? message;
}
