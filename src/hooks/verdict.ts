import { isDeepStrictEqual } from 'node:util';
import { AppError, externalsIn, filledText, parseInput } from '../contract/index.js';
import type { MessageToSend } from './before-send.js';

const CODE = /^[\w.-]{1,64}$/;

/** Longest words of a refusal, in UTF-16 code units. */
const MAX_REASON = 500;
const reasonText = filledText(MAX_REASON);

/** A verdict that has been looked at. */
export type Judged =
  | { action: 'allow' }
  | { action: 'refuse'; code: string | null; reason: string | null }
  | { action: 'replace'; message: MessageToSend };

/** Says what was expected and where, never what was there instead: it may be what people wrote. */
export class BadVerdict extends Error {
  readonly code = 'EVERDICT';
}

/**
 * Reads a verdict about a message. A message that is replaced is looked at as one that a sender sends; by what it was already, it
 * is not replaced.
 *
 * @throws Error with a `code`
 */
export function judge(verdict: unknown, message: MessageToSend): Judged {
  if (typeof verdict !== 'object' || verdict === null)
    throw new BadVerdict('expected an object with `action`');
  const { action, code, reason, content, metadata } = verdict as Record<string, unknown>;
  switch (action) {
    case 'allow':
      return { action };
    case 'refuse':
      return { action, code: codeOf(code), reason: reasonOf(reason) };
    case 'replace':
      return replaced(message, content, metadata);
    default:
      throw new BadVerdict('expected `action` to be allow, refuse or replace');
  }
}

function codeOf(code: unknown): string | null {
  if (code === undefined || code === null) return null;
  if (typeof code === 'string' && CODE.test(code)) return code;
  throw new BadVerdict('expected `code` to be 1 to 64 letters, digits, _, . or -');
}

function reasonOf(reason: unknown): string | null {
  if (reason === undefined || reason === null) return null;
  const { success, data } = reasonText.safeParse(reason);
  if (success) return data;
  throw new BadVerdict(`expected \`reason\` to be text of at most ${MAX_REASON} characters`);
}

function replaced(message: MessageToSend, content: unknown, metadata: unknown): Judged {
  if ((content ?? metadata ?? null) === null) throw new BadVerdict('expected `content` or `metadata`');
  const former = message.metadata ?? {};
  const given = asSent({ content: content ?? message.content, metadata: metadata ?? former });
  if (isDeepStrictEqual(given, { content: message.content, metadata: former })) return { action: 'allow' };
  const isNone = Object.keys(given.metadata).length === 0;
  return { action: 'replace', message: { ...message, ...given, metadata: isNone ? null : given.metadata } };
}

/** What it is when a sender sends it. */
function asSent(body: { content: unknown; metadata: unknown }): {
  content: string;
  metadata: Record<string, unknown>;
} {
  try {
    const input = parseInput('sendMessage', { chatId: 1, ...body });
    if (externalsIn('sendMessage', input) === null)
      return { content: input.content, metadata: input.metadata ?? {} };
  } catch (error) {
    throw new BadVerdict(faultOf(error));
  }
  throw new BadVerdict('metadata.mentions: expected ids of users');
}

function faultOf(error: unknown): string {
  const details = error instanceof AppError ? (error.details as { path: string; message: string }[]) : [];
  const [fault] = details;
  return fault
    ? `${fault.path}: ${fault.message}`
    : 'expected `content` and `metadata` that a sender may send';
}
