import { randomUUID } from 'node:crypto';
import { DEFAULT_BOUNDS, exceeded } from '../common/json-bounds.js';
import type { Outbound } from '../outbound/outbound.js';
import { signedHeaders } from '../outbound/signed-headers.js';
import type { MessageContext, MessageToSend } from './before-send.js';
import { BadVerdict } from './verdict.js';

/** Most bytes of an answer: as of a request that sends a message. */
const MAX_ANSWER_BYTES = 131_072;

/** Asks the application, at its URL. */
export class UrlHook {
  constructor(
    private readonly outbound: Outbound,
    private readonly url: string,
    private readonly secret: string,
  ) {}

  /** The verdict as it was answered, not looked at. @throws Error with a `code` when there is none */
  async ask(
    message: MessageToSend,
    { type, chat, sender, receiver }: MessageContext,
    timeoutMs: number,
  ): Promise<unknown> {
    const now = new Date();
    const data = { chat, sender, receiver, message };
    const body = Buffer.from(JSON.stringify({ type, timestamp: now.toISOString(), data }));
    const seconds = Math.floor(now.getTime() / 1_000);
    const headers = signedHeaders([this.secret], { id: `ask_${randomUUID()}`, seconds, body });
    const answer = await this.outbound.post({
      url: this.url,
      headers,
      body,
      timeoutMs,
      keep: MAX_ANSWER_BYTES,
    });
    if (answer.status === 204) return { action: 'allow' };
    if (answer.status < 200 || answer.status > 299) throw noVerdict(`HTTP ${answer.status}`);
    const text = answer.body.toString('utf8');
    if (exceeded(text, 0, DEFAULT_BOUNDS)) throw new BadVerdict('expected less nesting and fewer values');
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new BadVerdict('expected JSON, or status 204');
    }
  }
}

const noVerdict = (code: string) => Object.assign(new Error('there is no verdict'), { code });
