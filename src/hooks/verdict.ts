import { externalsIn, filledText, parseInput } from '../contract/index.js';
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

/** Says which part is none, never what it was. */
class BadVerdict extends Error {
  readonly code = 'EVERDICT';
}

/**
 * Reads a verdict about a message. A message that is replaced is looked at as one that a sender sends.
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
      return { action, message: replaced(message, content, metadata) };
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

function replaced(message: MessageToSend, content: unknown, metadata: unknown): MessageToSend {
  if ((content ?? metadata ?? null) === null) throw new BadVerdict('expected `content` or `metadata`');
  try {
    const input = parseInput('sendMessage', {
      chatId: 1,
      content: content ?? message.content,
      metadata: metadata ?? message.metadata ?? {},
    });
    if (externalsIn('sendMessage', input) !== null) throw new BadVerdict('expected ids of users in mentions');
    const { metadata: given = {} } = input;
    return {
      ...message,
      content: input.content,
      metadata: Object.keys(given).length === 0 ? null : given,
    };
  } catch {
    throw new BadVerdict('expected `content` and `metadata` that a sender may send');
  }
}
