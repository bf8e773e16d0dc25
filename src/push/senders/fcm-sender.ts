import { importPKCS8, SignJWT } from 'jose';
import type { PushConfig } from '../../config/push-config.js';
import type { Outbound, OutboundAnswer } from '../../outbound/outbound.js';
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

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';

/** Milliseconds before its end in which a token is used no more. */
const MARGIN_MS = 300_000;

/** The token is of an app of another project: that was changed in the keys. */
const OTHER_PROJECT = 'SENDER_ID_MISMATCH';

/** Access tokens of Google are about 1 KiB, within some JSON. */
const TOKEN_BYTES = 16_384;

interface AccessToken {
  text: string;
  until: number;
}

/** Firebase Cloud Messaging, HTTP v1. */
export class FcmSender implements PushSender {
  readonly kind = 'fcm';
  private readonly url: string;
  private token: Promise<AccessToken> | null = null;
  private wanting: Promise<AccessToken> | null = null;

  constructor(
    private readonly config: NonNullable<PushConfig['fcm']>,
    private readonly outbound: Outbound,
  ) {
    this.url = `${config.origin}/v1/projects/${encodeURIComponent(config.projectId)}/messages:send`;
  }

  async send({ token }: Target, push: Push): Promise<PushOutcome> {
    try {
      const answer = await this.outbound.post({
        url: this.url,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await this.accessToken()}` },
        body: Buffer.from(JSON.stringify({ message: toFcm(token, push) })),
        timeoutMs: SEND_WITHIN_MS,
        keep: ANSWER_BYTES,
        tooLong: 'cut',
      });
      if (answer.status === 401) this.token = null;
      return outcomeOf(answer);
    } catch (error) {
      return failed(error);
    }
  }

  close(): void {
    // Nothing stays open but what `Outbound` has.
  }

  private async accessToken(): Promise<string> {
    const known = await this.token?.catch(() => null);
    if (known && known.until > Date.now()) return known.text;
    const wanted = this.wanting ?? this.newToken().finally(() => (this.wanting = null));
    this.wanting = wanted;
    this.token = wanted;
    return (await wanted).text;
  }

  private async newToken(): Promise<AccessToken> {
    const { privateKey, clientEmail, tokenUrl } = this.config;
    const assertion = await new SignJWT({ scope: SCOPE })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(clientEmail)
      .setAudience(tokenUrl)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(await importPKCS8(privateKey, 'RS256'));
    const form = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    const { status, body } = await this.outbound.post({
      url: tokenUrl,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from(form.toString()),
      timeoutMs: SEND_WITHIN_MS,
      keep: TOKEN_BYTES,
    });
    if (status !== 200) throw Object.assign(new Error('no access token'), { code: `TOKEN_HTTP_${status}` });
    const { access_token: given, expires_in: seconds } = JSON.parse(body.toString()) as Record<
      string,
      unknown
    >;
    return { text: String(given), until: Date.now() + Number(seconds) * 1_000 - MARGIN_MS };
  }
}

function toFcm(token: string, push: Push): object {
  const tag = tagOf(push);
  const data = dataOf(push);
  const android = { collapse_key: tag, ttl: `${TTL_SECONDS}s` };
  const badge = push.badge === null ? {} : { badge: push.badge };
  if (push.type === 'read')
    return {
      token,
      data,
      android: { ...android, priority: 'NORMAL' },
      apns: {
        headers: { 'apns-push-type': 'background', 'apns-priority': '5' },
        payload: { aps: { 'content-available': 1, ...badge } },
      },
    };
  return {
    token,
    data,
    notification: { title: push.title, ...(push.body === null ? {} : { body: push.body }) },
    android: {
      ...android,
      priority: isUrgent(push) ? 'HIGH' : 'NORMAL',
      notification: { tag, ...(push.badge === null ? {} : { notification_count: push.badge }) },
    },
    apns: {
      headers: { 'apns-collapse-id': tag, 'apns-priority': isUrgent(push) ? '10' : '5' },
      payload: { aps: { 'thread-id': tag, sound: 'default', 'mutable-content': 1, ...badge } },
    },
  };
}

/** For the app, besides what is shown. Firebase takes texts only. */
function dataOf(push: Push): object {
  const badge = push.badge === null ? {} : { badge: String(push.badge) };
  if (push.type === 'more') return { type: push.type, chats: String(push.chats), ...badge };
  const { type, chatId, seq } = push;
  const message = push.type === 'message' ? { messageId: String(push.messageId) } : {};
  return { type, chatId: String(chatId), seq: String(seq), ...message, ...badge };
}

function outcomeOf({ status, body, headers }: OutboundAnswer): PushOutcome {
  if (status >= 200 && status < 300) return { kind: 'ok' };
  const gone = goneBy(body.toString());
  if (gone !== null) return { kind: gone === OTHER_PROJECT ? 'other_key' : 'gone', error: gone };
  const error = `HTTP ${status}`;
  if (status === 401 || status === 408 || status === 429 || status >= 500)
    return { kind: 'later', error, retryAfterMs: retryAfterOf(headers['retry-after']) };
  return { kind: 'refused', error };
}

/** The error code of an answer that says that there is no such device; null: it does not. */
function goneBy(text: string): string | null {
  const code = /"errorCode":\s*"(\w+)"/.exec(text)?.[1] ?? /"status":\s*"(\w+)"/.exec(text)?.[1] ?? null;
  if (code === 'UNREGISTERED' || code === OTHER_PROJECT) return code;
  // It may be about any field; `message.token` is the token.
  const isToken = /"field":\s*"message\.token"|not a valid FCM registration token/.test(text);
  return code === 'INVALID_ARGUMENT' && isToken ? code : null;
}
