const PREFIX = 'whsec_';
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

/** About which messages the application is asked before they are sent: those that one of the entries fits. */
export interface HookFilter {
  /** Types of chats. */
  readonly types: readonly ('direct' | 'group')[];
  /** Beginnings of the externalId of the chat. */
  readonly chats: readonly string[];
  /** Beginnings of the externalId of the sender. */
  readonly senders: readonly string[];
  /** As it is written in the environment. */
  toString(): string;
}

/**
 * `group,chat:support-,sender:guest-`.
 *
 * @throws Error whose message says what was expected.
 */
export function hookFilter(text: string): HookFilter {
  const entries = text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
  const types: ('direct' | 'group')[] = [];
  const chats: string[] = [];
  const senders: string[] = [];
  for (const entry of entries) {
    const [, kind, prefix = ''] = /^(chat|sender):(.+)$/.exec(entry) ?? [];
    if (entry === 'direct' || entry === 'group') types.push(entry);
    else if (kind === 'chat') chats.push(prefix);
    else if (kind === 'sender') senders.push(prefix);
    else
      throw new Error(
        'expected direct, group, chat: and the beginning of an externalId, or sender: and the beginning of one, comma-separated, such as group,sender:guest-',
      );
  }
  return Object.freeze({ types, chats, senders, toString: () => text });
}

/**
 * A secret as Standard Webhooks write it.
 *
 * @throws Error whose message says what was expected, and never what was given.
 */
export function hookSecret(text: string): string {
  const base64 = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : '';
  const { length } = Buffer.from(base64, 'base64');
  if (/^[\w+/-]+=*$/.test(base64) && length >= MIN_SECRET_BYTES && length <= MAX_SECRET_BYTES) return text;
  throw new Error('expected whsec_ and 24 to 64 bytes in base64: `echo "whsec_$(openssl rand -base64 32)"`');
}
