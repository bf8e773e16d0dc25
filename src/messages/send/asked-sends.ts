import { Injectable } from '@nestjs/common';
import { tooSlow } from '../../common/errors/failure.js';
import { BoundedMap } from '../../common/flow/bounded-map.js';
import { Lines } from '../../common/flow/lines.js';
import { ANSWER_WITHIN_MS } from '../../common/time-bounds.js';
import type { Actor } from '../../commands/identity/actor.js';
import { AppError } from '../../contract/index.js';
import { Database } from '../../database/database.js';
import type { MessageBody } from '../../database/models/message.model.js';
import { type About, aboutSend } from '../../hooks/about.queries.js';
import { SendHooks } from '../../hooks/send-hooks.js';
import type { Draft, Sent } from './draft.js';
import { MessageWriter } from './message-writer.js';

/** Milliseconds for which it is remembered that nobody is asked about the messages of a sender in a chat. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 100_000;

/**
 * Sends messages about which somebody is asked first. What one sender sends to one chat is written in the order in which it
 * came, however long each verdict takes; nothing else waits for it. All are asked about at once.
 */
@Injectable()
export class AskedSends {
  /** Where each sender's messages go is looked up in their order: a direct chat may be given by its id or by its receiver. */
  private readonly senders = new Lines<number>();
  private readonly places = new Lines<string>();
  /** A repeat waits for the message that it repeats. */
  private readonly keys = new Lines<string>();
  private readonly on: boolean;
  /** Senders and chats that nobody is asked about, with their place. */
  private readonly unasked = new BoundedMap<string, { place: string; until: number }>(MOST_REMEMBERED);

  constructor(
    private readonly database: Database,
    private readonly hooks: SendHooks,
    private readonly writer: MessageWriter,
  ) {
    this.on = hooks.on;
  }

  /** Whether somebody is asked about what the actor sends. */
  about(actor: Actor): boolean {
    return this.on && this.hooks.asksAbout(actor);
  }

  /** @throws AppError as `MessageWriter.write`; REFUSED_BY_APPLICATION */
  write(draft: Draft): Promise<Sent> {
    if (draft.clientId === null) return this.inTurn(draft);
    const key = `${draft.senderId} ${draft.clientId}`;
    const isRepeat = this.keys.has(key);
    const line = this.keys.enter(key);
    const sent = isRepeat ? line.turn.then(() => this.inTurn(draft)) : this.inTurn(draft);
    return sent.finally(() => line.leave());
  }

  private async inTurn(draft: Draft): Promise<Sent> {
    const giveUpAt = performance.now() + ANSWER_WITHIN_MS;
    const known = this.unasked.get(targetOf(draft));
    if (known && known.until > performance.now())
      if (!this.senders.has(draft.senderId) && !this.places.has(known.place)) return this.writer.write(draft);

    const before = this.senders.enter(draft.senderId);
    const lookUp = aboutSend(this.database, draft);
    lookUp.catch(() => undefined);
    await before.turn;
    try {
      const about = await lookUp;
      // Its turn at that place is taken before the next message of the sender is looked at.
      return this.inPlace(draft, about, giveUpAt);
    } finally {
      before.leave();
    }
  }

  /** Takes its place in the call. */
  private async inPlace(draft: Draft, about: About, giveUpAt: number): Promise<Sent> {
    const place = placeOf(draft, about);
    const line = this.places.enter(place);
    try {
      const stored = about.stored ? await this.storedOf(draft) : null;
      if (stored) return stored;
      // As the writer would, but for good: who comes in meanwhile sends nothing that was not asked about.
      if (!about.isMember) throw new AppError('NOT_FOUND');
      const asking = this.bodyOf(draft, about, place);
      asking.catch(() => undefined);
      await line.turn;
      const body = await asking;
      // The sender was told that it took too long, and sends it again.
      if (performance.now() >= giveUpAt) throw tooSlow();
      return this.writer.write(body === draft.body ? draft : { ...draft, body, original: draft.body });
    } finally {
      line.leave();
    }
  }

  /** A repeat is answered with the message of then, and nobody is asked again; null: it has to be asked about. */
  private async storedOf(draft: Draft): Promise<Sent | null> {
    try {
      return await this.writer.write(draft);
    } catch (error) {
      if (isMismatch(error)) return null;
      throw error;
    }
  }

  /** @throws AppError REFUSED_BY_APPLICATION, UNAVAILABLE */
  private async bodyOf(draft: Draft, { context }: About, place: string): Promise<MessageBody> {
    if (!this.hooks.concerns(context)) {
      this.unasked.set(targetOf(draft), { place, until: performance.now() + REMEMBERED_MS });
      return draft.body;
    }
    const { content, replyToId, metadata } = draft.body;
    const message = { id: null, content, metadata, replyToId, clientId: draft.clientId };
    const asked = await this.hooks.ask(context.chat?.id ?? place, message, context);
    return asked === message
      ? draft.body
      : { ...draft.body, content: asked.content, metadata: asked.metadata };
  }
}

const isMismatch = (error: unknown) => error instanceof AppError && error.code === 'IDEMPOTENCY_MISMATCH';

/** A sender, and where a message goes as they said it. */
const targetOf = ({ senderId, chatId, receiverId }: Draft) => `${senderId} ${chatId} ${receiverId}`;

/** A sender and a chat: of a direct chat the receiver, whether it is there already or not. */
function placeOf({ senderId }: Draft, { context: { chat, receiver } }: About): string {
  return receiver ? `${senderId} to ${receiver.id}` : `${senderId} in ${chat?.id}`;
}
