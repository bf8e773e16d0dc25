import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { isAllowed } from '../chats/permissions.js';
import { Metrics } from '../common/metrics/metrics.js';
import {
  AppError,
  type CommandInput,
  type EditedMessageView,
  type MessageView,
  type StreamPositionView,
  type StreamView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { grows, MessageChanges } from '../messages/changes/message-changes.js';
import { MessagesService } from '../messages/messages.service.js';
import { Ending } from './ending.js';
import { elsewhere, Growing, LEASE_MS, NoStream } from './growing.js';
import { metadataOfGrowing } from './stream-metadata.js';
import { StreamSockets } from './stream-sockets.js';
import { attachStream, beginStream, dropStream, writtenSoFar } from './streams.queries.js';

/** Unfinished streams of a user at once: of themselves, and with those that the application writes in their name. */
const MOST = 10;
const MOST_OF_APPLICATION = 1_000;

/** Messages that are read while they are written. Their text so far is in a table, so every node has it (ADR 0040). */
@Injectable()
export class StreamsService {
  private readonly begun;

  constructor(
    private readonly database: Database,
    private readonly messages: MessagesService,
    private readonly changes: MessageChanges,
    private readonly growing: Growing,
    private readonly ending: Ending,
    private readonly sockets: StreamSockets,
    metrics: Metrics,
  ) {
    this.begun = metrics.counter('chat_streams_total', 'Streamed messages begun.');
  }

  /**
   * Sends the message as every message is sent.
   *
   * @throws AppError as `MessagesService.send`; FORBIDDEN where the application is asked about what the actor sends;
   * CONFLICT with too many unfinished streams
   */
  async begin(actor: Actor, input: CommandInput<'streamMessage'>): Promise<MessageView> {
    const userId = requireUserId(actor);
    this.requireUnasked(actor);
    const key = input.clientId ?? randomUUID();
    const metadata = metadataOfGrowing(input.metadata);
    const limit = actor.isApplication ? MOST_OF_APPLICATION : MOST;
    const { there, made } = await beginStream(this.database, { userId, key, most: limit, leaseMs: LEASE_MS });
    if (!there) throw tooMany(limit);
    const message = await this.send(actor, { ...input, clientId: key, metadata }, made);
    if (!grows(message)) {
      await dropStream(this.database, { userId, key });
      return message;
    }
    const { id: messageId, chatId, content } = message;
    const stream = { userId, key, messageId, chatId, content, leaseMs: LEASE_MS };
    if (await attachStream(this.database, stream)) this.begun.add();
    this.sockets.writes(actor.origin, stream);
    return message;
  }

  /** @throws AppError NOT_FOUND, FORBIDDEN; CONFLICT, see the command; as `Growing.add` */
  async add(
    actor: Actor,
    { messageId, offset, text }: CommandInput<'sendDelta'>,
  ): Promise<StreamPositionView> {
    // Also of a stream that the application has begun in their name.
    this.requireUnasked(actor);
    try {
      const at = await this.growing.add(actor, messageId, offset, text);
      this.sockets.writes(actor.origin, { messageId, userId: requireUserId(actor) });
      return { chatId: at.chatId, messageId, offset: at.offset };
    } catch (error) {
      if (!(error instanceof NoStream)) throw error;
      this.sockets.ended(actor.origin, messageId);
      throw await this.whyNot(actor, messageId);
    }
  }

  /** @throws AppError NOT_FOUND; FORBIDDEN for a message of another user; VALIDATION_FAILED if it would say nothing */
  async finish(
    actor: Actor,
    { messageId, metadata }: CommandInput<'finishStream'>,
  ): Promise<EditedMessageView> {
    if (metadata !== undefined) this.requireUnasked(actor);
    await this.requireWriter(actor, messageId);
    const ended = await this.ending.end(actor, messageId, { metadata });
    this.sockets.ended(actor.origin, messageId);
    return ended;
  }

  /** @throws AppError NOT_FOUND; FORBIDDEN for a member who may not stop it */
  async stop(actor: Actor, { messageId }: CommandInput<'stopStream'>): Promise<EditedMessageView> {
    const chat = await this.changes.requireChatOf(actor, 'message.read', messageId);
    const message = await this.changes.find(this.database, messageId);
    const isTheirs = actor.userId === null || message.senderId === actor.userId;
    if (!isTheirs && !isAllowed('stream.stop', chat) && !(await this.asked(actor, message.replyToId)))
      throw new AppError('FORBIDDEN');
    return this.ending.end(actor, messageId, { reason: 'stopped' });
  }

  /** @throws AppError NOT_FOUND */
  async soFar(actor: Actor, { messageId }: CommandInput<'getStream'>): Promise<StreamView> {
    const { chatId } = await this.changes.requireChatOf(actor, 'message.read', messageId);
    const written = await writtenSoFar(this.database, messageId);
    const message = await this.messages.one(actor, { messageId });
    if (!written || !grows(message)) return { chatId, messageId, text: message.content, growing: false };
    return { chatId, messageId, text: written.text, growing: true };
  }

  private async send(
    actor: Actor,
    { chatId, content, clientId, replyToId, metadata }: CommandInput<'streamMessage'>,
    made: boolean,
  ): Promise<MessageView> {
    try {
      return await this.messages.send(actor, { chatId, content, clientId, replyToId, metadata });
    } catch (error) {
      // What the database did not answer may have been sent: that is found when the stream ends.
      if (made && error instanceof AppError && error.status < 500)
        await dropStream(this.database, { userId: requireUserId(actor), key: clientId! });
      throw error;
    }
  }

  /** What grows is read at once, so nobody could be asked about it before. */
  private requireUnasked(actor: Actor): void {
    if (!this.messages.isAskedAbout(actor)) return;
    throw new AppError('FORBIDDEN', {
      message:
        'The application is asked about what people write before others read it, so people can not stream: send the whole text with sendMessage.',
    });
  }

  /** Whether the actor wrote the message that this one answers. */
  private async asked({ userId }: Actor, replyToId: number | null): Promise<boolean> {
    if (replyToId === null) return false;
    const question = await this.changes.find(this.database, replyToId).catch(() => null);
    return question?.senderId === userId;
  }

  private async requireWriter(actor: Actor, messageId: number): Promise<MessageView['metadata']> {
    await this.changes.requireChatOf(actor, 'message.read', messageId);
    const { senderId, deletedAt, metadata } = await this.changes.find(this.database, messageId);
    if (actor.userId !== null && senderId !== actor.userId) throw new AppError('FORBIDDEN');
    if (deletedAt !== null) throw new AppError('NOT_FOUND');
    return metadata;
  }

  private async whyNot(actor: Actor, messageId: number): Promise<AppError> {
    const metadata = await this.requireWriter(actor, messageId);
    const written = await writtenSoFar(this.database, messageId);
    if (written && metadata?.streaming === true) return elsewhere(written.text.length);
    const { streaming } = metadata ?? {};
    return new AppError('CONFLICT', {
      message: 'This stream has ended: send another message.',
      details: { streaming: streaming === 'stopped' || streaming === 'interrupted' ? streaming : null },
    });
  }
}

function tooMany(limit: number): AppError {
  return new AppError('CONFLICT', {
    message: 'You have too many unfinished streams: finish one first.',
    details: { limit },
  });
}
