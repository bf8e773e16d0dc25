import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { Limits } from '../commands/limits/limits.js';
import { RateLimiter } from '../commands/limits/rate-limiter.js';
import { Blocks } from '../blocks/blocks.js';
import { Access } from '../chats/access.js';
import { membersOf } from '../chats/audience.js';
import { Lines } from '../common/flow/lines.js';
import { Metrics } from '../common/metrics/metrics.js';
import { AppError, type ChatEventView, type CommandInput } from '../contract/index.js';
import { type Audience, Publisher } from '../delivery/publisher.js';

/** Events of one group that a node takes: each goes to all members who are online. */
export const GROUP_RATE = { points: 200, durationMs: 10_000 } as const;

/** Events of the application in chats: delivered to the members who are online, and never stored. */
@Injectable()
export class EventsService {
  private readonly groups = new RateLimiter({ group: GROUP_RATE });
  /** Of one sender in a chat: events on their way. */
  private readonly lines = new Lines<string>();
  private readonly sent;

  constructor(
    private readonly access: Access,
    private readonly blocks: Blocks,
    private readonly limits: Limits,
    private readonly publisher: Publisher,
    metrics: Metrics,
  ) {
    this.sent = metrics.counter('chat_events_total', 'Events of the application sent to chats.');
  }

  /**
   * Events of one sender in a chat that this node takes arrive in the order in which they came.
   *
   * @throws AppError as `Access.require` for `message.send`; RATE_LIMITED when a group has too many events
   */
  async send(actor: Actor, { chatId, type, data }: CommandInput<'sendEvent'>): Promise<ChatEventView> {
    const event = { chatId, userId: actor.userId, type, data: data ?? null, at: new Date().toISOString() };
    const place = this.lines.enter(`${chatId} ${actor.userId}`);
    try {
      const audience = await this.audienceOf(actor, chatId);
      await place.turn;
      this.publisher.publish('chatEvent', event, audience);
    } finally {
      place.leave();
    }
    this.sent.add();
    return event;
  }

  /** All members but the socket that sent it, and in a group none who is behind a block. */
  private async audienceOf(actor: Actor, chatId: number): Promise<Audience> {
    const chat = await this.access.require(actor, 'message.send', chatId);
    const audience = membersOf(chat, actor.origin);
    if (chat.type !== 'group') return audience;
    const waitMs = this.limits.on ? this.groups.take(chatId, 'group') : 0;
    if (waitMs > 0)
      throw new AppError('RATE_LIMITED', { retryAfterMs: Math.ceil(waitMs), details: { limit: 'events' } });
    if (actor.userId === null) return audience;
    return { ...audience, without: await this.blocks.eitherWayIn(chatId, actor.userId) };
  }
}
