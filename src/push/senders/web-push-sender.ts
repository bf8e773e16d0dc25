import type webPush from 'web-push';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import type { VapidConfig } from '../../config/push-config.js';
import type { Outbound } from '../../outbound/outbound.js';
import { retryAfterOf } from '../../outbound/retry-after.js';
import type { Target } from '../targets.queries.js';
import {
  ANSWER_BYTES,
  failed,
  isUrgent,
  type Push,
  type PushOutcome,
  type PushSender,
  SEND_WITHIN_MS,
  tagOf,
  TTL_SECONDS,
} from './push-sender.js';

/** Milliseconds for which a signed header is used, and for which it is valid. */
const SIGNED_FOR_MS = 12 * 3_600_000;
const VALID_FOR_MS = 20 * 3_600_000;

/** Push services whose header is kept. */
const MOST_ORIGINS = 1_000;

/** Browsers, by RFC 8030, 8291 and 8292. */
export class WebPushSender implements PushSender {
  readonly kind = 'web';
  private readonly signed = new BoundedMap<string, { header: string; at: number }>(MOST_ORIGINS);

  constructor(
    private readonly library: typeof webPush,
    private readonly vapid: VapidConfig,
    private readonly outbound: Outbound,
  ) {}

  async send({ token, keys }: Target, push: Push): Promise<PushOutcome> {
    if (push.type === 'read' || keys === null) return { kind: 'refused', error: 'nothing to send' };
    try {
      const { headers, body } = this.library.generateRequestDetails(
        { endpoint: token, keys },
        JSON.stringify(toWeb(push)),
        {
          TTL: TTL_SECONDS,
          topic: tagOf(push),
          urgency: isUrgent(push) ? 'high' : 'normal',
          headers: { Authorization: this.headerFor(new URL(token).origin) },
        },
      );
      const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      delete given['Content-Length'];
      const call = { url: token, headers: given, body: body, timeoutMs: SEND_WITHIN_MS };
      const answer = await this.outbound.post({ ...call, keep: ANSWER_BYTES, tooLong: 'cut' });
      return outcomeOf(answer.status, answer.body.toString(), retryAfterOf(answer.headers['retry-after']));
    } catch (error) {
      // A key that is no point of the curve: nothing can be encrypted for that device.
      if ((error as { code?: unknown }).code === 'ERR_CRYPTO_ECDH_INVALID_PUBLIC_KEY')
        return { kind: 'gone', error: 'key' };
      return failed(error);
    }
  }

  close(): void {
    // Nothing stays open but what `Outbound` has.
  }

  private headerFor(origin: string): string {
    const now = Date.now();
    const known = this.signed.get(origin);
    if (known && now - known.at < SIGNED_FOR_MS) return known.header;
    const { publicKey, privateKey, subject } = this.vapid;
    const expiresAt = Math.floor((now + VALID_FOR_MS) / 1_000);
    const encoding = this.library.supportedContentEncodings.AES_128_GCM;
    const { Authorization: header } = this.library.getVapidHeaders(
      origin,
      subject,
      publicKey,
      privateKey,
      encoding,
      expiresAt,
    );
    this.signed.set(origin, { header, at: now });
    return header;
  }
}

/** What the service worker of a page gets. */
function toWeb(push: Exclude<Push, { type: 'read' }>): object {
  const { at, unreadChats } = push.shown ?? {};
  const shown = {
    title: push.title,
    body: push.body,
    tag: tagOf(push),
    at,
    unreadChats: unreadChats ?? undefined,
  };
  if (push.type === 'more') return { type: push.type, chats: push.chats, ...shown };
  const { type, chatId, messageId, seq } = push;
  return { type, chatId, messageId, seq, ...shown };
}

function outcomeOf(status: number, text: string, retryAfterMs: number): PushOutcome {
  if (status >= 200 && status < 300) return { kind: 'ok' };
  const error = `HTTP ${status}`;
  if (status === 404 || status === 410) return { kind: 'gone', error };
  // The device subscribed with the key that this server had before.
  if ((status === 400 || status === 403) && /VapidPkHashMismatch/i.test(text))
    return { kind: 'other_key', error: 'VapidPkHashMismatch' };
  if (status === 408 || status === 429 || status >= 500) return { kind: 'later', error, retryAfterMs };
  return { kind: 'refused', error };
}
