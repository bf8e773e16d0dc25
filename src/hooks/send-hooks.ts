import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { Metrics } from '../common/metrics/metrics.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { AppError } from '../contract/index.js';
import type { Actor } from '../commands/identity/actor.js';
import { Outbound } from '../outbound/outbound.js';
import { BEFORE_SEND, type BeforeSend, type MessageContext, type MessageToSend } from './before-send.js';
import { HookMetrics } from './hook-metrics.js';
import { InFlight } from './in-flight.js';
import { UrlHook } from './url-hook.js';
import { BadVerdict, judge } from './verdict.js';

type Ask = (message: MessageToSend, context: MessageContext, timeoutMs: number) => unknown;

/** Each has its own bound: a URL that is slow takes nothing from the code in this process. */
interface Hook {
  ask: Ask;
  inFlight: InFlight;
}

/** Milliseconds after which a refused sender tries again. */
const RETRY_AFTER_MS = 1_000;

/** Milliseconds between two lines in the log. */
const LOG_EVERY_MS = 60_000;

/** Asks whether messages may be sent: first the code in this process, then the URL. */
@Injectable()
export class SendHooks {
  private readonly logger = new Logger('BeforeSend');
  private readonly hooks: readonly Hook[];
  private readonly metrics: HookMetrics;
  private readonly config: AppConfig['beforeSend'];
  private readonly isOpen: boolean;
  private loggedAt = Number.NEGATIVE_INFINITY;

  /** Whether anybody is asked. */
  readonly on: boolean;

  constructor(
    @Inject(APP_CONFIG) { beforeSend, auth }: AppConfig,
    outbound: Outbound,
    metrics: Metrics,
    @Optional() @Inject(BEFORE_SEND) provided?: BeforeSend,
  ) {
    this.config = beforeSend;
    this.isOpen = auth.mode === 'open';
    const hooks: Ask[] = [];
    if (provided) hooks.push((message, context) => provided.beforeSend(message, context));
    if (beforeSend.url !== null) {
      const hook = new UrlHook(outbound, beforeSend.url, beforeSend.secret);
      hooks.push((message, context, timeoutMs) => hook.ask(message, context, timeoutMs));
    }
    this.hooks = hooks.map((ask) => ({ ask, inFlight: new InFlight(beforeSend.maxInFlight) }));
    this.on = hooks.length > 0;
    this.metrics = new HookMetrics(metrics, () =>
      this.hooks.reduce((count, { inFlight }) => count + inFlight.count, 0),
    );
  }

  /** Whether it is asked about what somebody sends. The application is not asked about what it sends itself. */
  asksAbout({ userId, isApplication = false }: Actor): boolean {
    return userId !== null && (this.isOpen || !isApplication);
  }

  /** Whether it is asked about messages of that kind. */
  concerns({ chat, sender }: MessageContext): boolean {
    const { filter } = this.config;
    if (filter === null || filter.types.includes(chat?.type ?? 'direct')) return true;
    const begins = (externalId: string | null, prefixes: readonly string[]) =>
      externalId !== null && prefixes.some((prefix) => externalId.startsWith(prefix));
    return begins(chat?.externalId ?? null, filter.chats) || begins(sender.externalId, filter.senders);
  }

  /**
   * The message as it may be sent: the same object when nothing is changed.
   *
   * @param place what the share of a chat is counted by
   * @throws AppError REFUSED_BY_APPLICATION; UNAVAILABLE without a verdict, with BEFORE_SEND_ON_ERROR=refuse
   */
  async ask(place: number | string, message: MessageToSend, context: MessageContext): Promise<MessageToSend> {
    const since = performance.now();
    const { timeoutMs } = this.config;
    let present = message;
    try {
      for (const hook of this.hooks) {
        const leftMs = Math.max(1, timeoutMs - (performance.now() - since));
        const judged = judge(await answerOf(hook, leftMs, { place, message: present, context }), present);
        if (judged.action === 'refuse') {
          this.metrics.refused.add();
          const { code, reason } = judged;
          throw new AppError('REFUSED_BY_APPLICATION', { details: { code, reason } });
        }
        if (judged.action === 'replace') present = judged.message;
      }
    } catch (error) {
      if (error !== BUSY) this.metrics.answered(since);
      if (error instanceof AppError && error.code === 'REFUSED_BY_APPLICATION') throw error;
      if (error === BUSY) this.metrics.busy.add();
      else this.metrics.failed.add();
      // What has been judged stays so: a URL that is away does not undo what the code in this process has replaced.
      const sent = this.without(present, faultOf(error));
      if (sent !== message) this.metrics.replaced.add();
      return sent;
    }
    this.metrics.answered(since);
    if (present === message) this.metrics.allowed.add();
    else this.metrics.replaced.add();
    return present;
  }

  /** There is no verdict: the message as it is sent then. */
  private without(message: MessageToSend, fault: string): MessageToSend {
    const { onError } = this.config;
    const now = performance.now();
    if (now - this.loggedAt >= LOG_EVERY_MS) {
      this.loggedAt = now;
      const then = onError === 'allow' ? 'are sent all the same' : 'are refused';
      this.logger.warn(`No verdict about a message: ${fault}. Such messages ${then} (BEFORE_SEND_ON_ERROR)`);
    }
    if (onError === 'allow') return message;
    throw new AppError('UNAVAILABLE', {
      message: 'The application could not be asked about this message: retry with the same clientId.',
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
}

/** Of errors of others only the code is logged: their texts may hold what people wrote. */
function faultOf(error: unknown): string {
  if (error instanceof BadVerdict) return `${error.code}, ${error.message}`;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'EFAILED';
}

const BUSY = Object.assign(new Error('too much is being asked about'), { code: 'EBUSY' });

interface Question {
  place: number | string;
  message: MessageToSend;
  context: MessageContext;
}

/** @throws BUSY; what the hook throws; Error with the code ETIMEDOUT */
async function answerOf(
  { ask, inFlight }: Hook,
  ms: number,
  { place, message, context }: Question,
): Promise<unknown> {
  if (!inFlight.take(place)) throw BUSY;
  // Not when it is too late, but when it has ended: code in this process goes on although nobody waits for it any more.
  const verdict = attempt(() => ask(message, context, ms)).finally(() => inFlight.giveBack(place));
  verdict.catch(() => undefined);
  return within(ms, verdict);
}

/** What throws rejects. */
async function attempt(work: () => unknown): Promise<unknown> {
  return work();
}

/** @throws Error with the code ETIMEDOUT */
async function within(ms: number, verdict: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error(`no verdict within ${ms} ms`), { code: 'ETIMEDOUT' })),
      ms,
    );
  });
  try {
    return await Promise.race([verdict, late]);
  } finally {
    clearTimeout(timer);
  }
}
