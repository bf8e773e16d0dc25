import type { ClientHttp2Session } from 'node:http2';
import { importPKCS8, SignJWT } from 'jose';
import type { ApnsConfig } from '../../config/push-config.js';
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

/** Milliseconds for which a provider token is used: Apple refuses newer ones within 20 min, and older ones than 60. */
const TOKEN_FOR_MS = 50 * 60_000;

/** Milliseconds without a push after which the connection is closed. */
const IDLE_MS = 600_000;

/** The device is none any more, or one of the other environment. */
const GONE = new Set(['BadDeviceToken', 'Unregistered']);

/** The device is one of another app: the topic was changed. */
const OTHER_APP = 'DeviceTokenNotForTopic';

interface Answer {
  status: number;
  text: string;
  retryAfter: string | string[] | undefined;
}

/** The push service of Apple, over one HTTP/2 connection. */
export class ApnsSender implements PushSender {
  readonly kind = 'apns';
  private session: ClientHttp2Session | null = null;
  private token: { text: Promise<string>; at: number } | null = null;

  constructor(
    private readonly config: ApnsConfig,
    private readonly outbound: Outbound,
    /** Milliseconds for one try. */
    private readonly sendWithinMs = SEND_WITHIN_MS,
  ) {}

  async send({ token }: Target, push: Push): Promise<PushOutcome> {
    try {
      const { status, text, retryAfter } = await this.post(token, push, await this.providerToken());
      if (status === 200) return { kind: 'ok' };
      const reason = /"reason"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? `HTTP ${status}`;
      if (reason === OTHER_APP) return { kind: 'other_key', error: reason };
      if (status === 410 || GONE.has(reason)) return { kind: 'gone', error: reason };
      const isToken = reason === 'ExpiredProviderToken';
      if (isToken) this.token = null;
      if (isToken || status === 429 || status >= 500)
        return { kind: 'later', error: reason, retryAfterMs: retryAfterOf(retryAfter) };
      return { kind: 'refused', error: reason };
    } catch (error) {
      return failed(error);
    }
  }

  close(): void {
    this.session?.close();
    this.session = null;
  }

  private providerToken(): Promise<string> {
    const now = Date.now();
    if (!this.token || now - this.token.at > TOKEN_FOR_MS) this.token = { text: this.sign(), at: now };
    return this.token.text;
  }

  private async sign(): Promise<string> {
    const { key, keyId, teamId } = this.config;
    return new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid: keyId })
      .setIssuer(teamId)
      .setIssuedAt()
      .sign(await importPKCS8(key, 'ES256'));
  }

  private connection(): ClientHttp2Session {
    if (this.session && !this.session.closed && !this.session.destroyed) return this.session;
    const session = this.outbound.http2(this.config.origin);
    const forget = () => {
      if (this.session === session) this.session = null;
    };
    // Each request of it fails with the same error.
    session.on('error', forget);
    session.on('goaway', forget);
    session.on('close', forget);
    session.setTimeout(IDLE_MS, () => session.close());
    session.unref();
    return (this.session = session);
  }

  private post(device: string, push: Push, token: string): Promise<Answer> {
    const session = this.connection();
    const stream = session.request({
      ':method': 'POST',
      ':path': `/3/device/${device}`,
      authorization: `bearer ${token}`,
      'apns-topic': this.config.topic,
      'apns-push-type': push.type === 'read' ? 'background' : 'alert',
      'apns-priority': isUrgent(push) ? '10' : '5',
      'apns-expiration': String(Math.floor(Date.now() / 1_000) + TTL_SECONDS),
      'apns-collapse-id': tagOf(push),
    });
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let status = 0;
      let retryAfter: Answer['retryAfter'];
      stream.setTimeout(this.sendWithinMs, () => {
        // The connection may be dead without an error: what comes next opens another. This one ends with its last request.
        if (this.session === session) this.close();
        stream.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
      });
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
        retryAfter = headers['retry-after'];
      });
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= ANSWER_BYTES) chunks.push(chunk);
      });
      stream.on('error', reject);
      stream.on('close', () => {
        if (status === 0) reject(Object.assign(new Error('no answer'), { code: 'ECUT' }));
        else resolve({ status, text: Buffer.concat(chunks).toString(), retryAfter });
      });
      stream.end(JSON.stringify(toApns(push)));
    });
  }
}

function toApns(push: Push): object {
  const shown = push.badge === null ? {} : { badge: push.badge };
  if (push.type === 'read') {
    const { type, chatId, seq } = push;
    return { aps: { 'content-available': 1, ...shown }, type, chatId, seq };
  }
  const { title, body } = push;
  return {
    aps: {
      alert: body === null ? { title } : { title, body },
      'thread-id': tagOf(push),
      sound: 'default',
      'mutable-content': 1,
      ...shown,
    },
    ...idsOf(push),
  };
}

function idsOf(push: Exclude<Push, { type: 'read' }>): object {
  if (push.type === 'more') return { type: push.type, chats: push.chats };
  const { type, chatId, messageId, seq } = push;
  return { type, chatId, messageId, seq };
}
