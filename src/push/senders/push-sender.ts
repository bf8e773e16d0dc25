import type { PushKind } from '../../contract/index.js';
import type { Target } from '../targets.queries.js';

/**
 * What a browser may still show: it is told nothing of what was read elsewhere but with the next push. null: not told to this kind
 * of device.
 */
export interface Shown {
  /** When this was so, in milliseconds since 1970. */
  at: number;
  /** All chats of which something that was pushed is unread; null: too many to tell. */
  unreadChats: readonly number[] | null;
}

/** What a device is told. */
export type Push =
  | {
      type: 'message';
      chatId: number;
      messageId: number;
      seq: number;
      title: string;
      /** null: without preview. */
      body: string | null;
      /** The number at the icon; null: not counted for this kind of device. */
      badge: number | null;
      isUrgent: boolean;
      shown: Shown | null;
    }
  /** The chat was read at another device: what was shown of it can go. Only to native devices. */
  | { type: 'read'; chatId: number; seq: number; badge: number | null }
  /** So many chats with something unread, of which the device was told nothing. */
  | { type: 'more'; chats: number; title: string; body: string; badge: number | null; shown: Shown | null };

/**
 * How it went. `gone`: there is no such device any more. `other_key`: the device is of the keys or the app that this server had
 * before, so it is none of it any more. `later`: the service takes nothing now. `refused`: it will not take
 * this push however often it is sent.
 */
export type PushOutcome =
  | { kind: 'ok' }
  | { kind: 'gone' | 'other_key' | 'refused'; error: string }
  | { kind: 'later'; error: string; retryAfterMs: number };

/** Sends pushes to one kind of device. */
export interface PushSender {
  readonly kind: PushKind;
  /** Never throws for what the push service does. */
  send(target: Target, push: Push): Promise<PushOutcome>;
  /** Closes what is open. */
  close(): void;
}

/** Seconds for which a push service keeps a push for a device that is off. */
export const TTL_SECONDS = 86_400;

/** Milliseconds for one try. */
export const SEND_WITHIN_MS = 10_000;

/** Bytes of an answer that are read to know what is wrong. */
export const ANSWER_BYTES = 4_096;

/** One notification for a chat, and one for all that are not shown, whatever it is called at each service. */
export const tagOf = (push: Push): string => (push.type === 'more' ? 'more-chats' : `chat-${push.chatId}`);

/** Whether the device should wake up for it. */
export const isUrgent = (push: Push): boolean => push.type === 'message' && push.isUrgent;

/** What a call that had no answer means. Only the code: texts of errors may name what they are about. */
export function failed(error: unknown): PushOutcome {
  const { code } = error as { code?: unknown };
  return code === 'ADDRESS_REFUSED'
    ? { kind: 'refused', error: code }
    : { kind: 'later', error: typeof code === 'string' ? code : 'EFAILED', retryAfterMs: 0 };
}
