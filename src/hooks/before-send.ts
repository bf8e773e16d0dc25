import type { ChatType } from '../database/models/chat.model.js';

/** Injection token of a `BeforeSend`: code in this process that is asked before a message is sent. */
export const BEFORE_SEND = Symbol('what is asked before a message is sent');

/** A message that a person is about to send, or the message as it would be after their change. */
export interface MessageToSend {
  /** The id of the message that is changed; null: it is a new one. */
  readonly id: number | null;
  /** At most 10,000 UTF-16 code units; may be empty when there is metadata. */
  readonly content: string;
  /** null: none. `mentions` are ids of users, or "all". */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly replyToId: number | null;
  /** The sender's key; null: they gave none. */
  readonly clientId: string | null;
}

export interface PersonOfMessage {
  readonly id: number;
  readonly externalId: string | null;
  readonly name: string | null;
}

/** Where a message goes, and who writes it. */
export interface MessageContext {
  readonly type: 'beforeSend' | 'beforeEdit';
  /** null: the direct chat of sender and receiver, which this message opens. */
  readonly chat: {
    readonly id: number;
    readonly type: ChatType;
    readonly externalId: string | null;
    readonly title: string | null;
  } | null;
  readonly sender: PersonOfMessage;
  /** The other person of a direct chat; null in groups. */
  readonly receiver: PersonOfMessage | null;
}

/**
 * What becomes of the message.
 *
 * - `allow`: it is sent as it is.
 * - `refuse`: its sender gets REFUSED_BY_APPLICATION with `code` (1 to 64 of `A-Z a-z 0-9 _ . -`) and `reason` (words that
 *   they are shown, at most 500 UTF-16 code units).
 * - `replace`: it is sent with this content, this metadata (`{}`: none), or both; what is left out stays. They have to be
 *   what a sender may send.
 */
export type BeforeSendVerdict =
  | { readonly action: 'allow' }
  | { readonly action: 'refuse'; readonly code?: string; readonly reason?: string }
  | {
      readonly action: 'replace';
      readonly content?: string;
      readonly metadata?: Readonly<Record<string, unknown>>;
    };

/**
 * Is asked before a message of a person is sent or changed. Provide it by a global module, under the token `BEFORE_SEND`
 * (docs/guides/hooks.md). An error that it throws, an answer after BEFORE_SEND_TIMEOUT_MS, and a verdict that is none count as
 * BEFORE_SEND_ON_ERROR says.
 */
export interface BeforeSend {
  beforeSend(message: MessageToSend, context: MessageContext): BeforeSendVerdict | Promise<BeforeSendVerdict>;
}
