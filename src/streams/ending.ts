import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { RepeatedLook } from '../common/flow/repeated-look.js';
import { AppError, type EditedMessageView, isBlank, type StreamEndedView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { grows, MessageChanges } from '../messages/changes/message-changes.js';
import { lockStream } from '../messages/streamed.queries.js';
import { Publisher } from '../delivery/publisher.js';
import { LEASE_MS } from './growing.js';
import { requireFitting } from './stream-metadata.js';
import {
  attachStream,
  dropStream,
  dueStreams,
  endStream,
  messageOfKey,
  type OpenStream,
  postponeStream,
  setStreamed,
  streamsOf,
  writtenSoFar,
} from './streams.queries.js';

/** Milliseconds between two looks for streams whose writer is gone. Every node looks. */
const LOOK_EVERY_MS = 2_000;
const AT_ONCE = 50;

/** Milliseconds after which it is tried again to end what could not be ended: meanwhile the others have their turn. */
const AGAIN_AFTER_MS = 30_000;

/** Who ends what its writer does not. */
const APPLICATION: Actor = { userId: null, origin: null, isApplication: true };

interface How {
  /** Left out: its writer has finished it. */
  reason?: StreamEndedView['reason'];
  /** Added to that of the message; `streaming` is none of it. */
  metadata?: Record<string, unknown> | undefined;
}

/** Ends streams: the message has its whole text from then on, as one change. */
@Injectable()
export class Ending implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Ending.name);
  private readonly looks: RepeatedLook;
  private isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly changes: MessageChanges,
    private readonly publisher: Publisher,
  ) {
    this.looks = new RepeatedLook({
      what: 'streams whose writer is gone',
      everyMs: LOOK_EVERY_MS,
      look: () => this.endDue(),
    });
  }

  onApplicationBootstrap(): void {
    this.looks.start();
  }

  onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    return this.looks.stop();
  }

  /**
   * The caller has checked that the actor may. Nothing is added to the stream any more.
   *
   * @throws AppError NOT_FOUND; VALIDATION_FAILED when its writer finishes a message that says nothing, or gives metadata
   * that are too much with those there are
   */
  async end(actor: Actor, messageId: number, { reason, metadata }: How): Promise<EditedMessageView> {
    // It ends for everybody, whatever the actor may do otherwise.
    const application = { userId: null, origin: actor.origin, isApplication: true };
    const { chat, view, row, changed, audience } = await this.changes.change(
      application,
      'message.edit',
      messageId,
      'messageEdited',
      async ({ message, runner }) => {
        await lockStream(runner, messageId);
        const written = await writtenSoFar(runner, messageId);
        if (!written) return false;
        const content = written.text;
        await endStream(runner, messageId);
        if (!grows(message)) return false;
        const { streaming: _, ...own } = message.metadata ?? {};
        const all = { ...own, ...metadata, ...(reason && { streaming: reason }) };
        const isEmpty = Object.keys(all).length === 0;
        if (isEmpty && isBlank(content)) throw saysNothing();
        if (metadata) requireFitting(all);
        await setStreamed(runner, { messageId, content, metadata: isEmpty ? null : all });
        return true;
      },
      { streamEnded: true },
    );
    const ended = await this.changes.forActor(actor, { view, row });
    if (!changed) return { ...ended, changed };
    this.publisher.publish('messageEdited', view, audience);
    if (reason && row.senderId !== null) {
      const told = { chatId: chat.chatId, messageId, userId: actor.userId, reason };
      this.publisher.publish('streamEnded', told, { users: [row.senderId], except: actor.origin });
    }
    return ended;
  }

  /** Ends what a user has not finished, as it stands. @throws an error of the database: what is left can be ended again */
  async endAllOf(userId: number): Promise<void> {
    for (;;) {
      const streams = await streamsOf(this.database, { userId, most: AT_ONCE });
      for (const stream of streams) await this.interrupt(stream);
      if (streams.length < AT_ONCE) return;
    }
  }

  /** Ends what was not written to for too long, also if the node where it was written has died. */
  private async endDue(): Promise<void> {
    // A node that dies leaves very many: all of them end now. Each is gone or put off afterwards, so none comes twice.
    for (;;) {
      const due = await dueStreams(this.database, AT_ONCE);
      for (const stream of due) {
        if (this.isStopping) return;
        await this.interruptOrPostpone(stream);
      }
      if (due.length < AT_ONCE) return;
    }
  }

  private async interruptOrPostpone(stream: OpenStream): Promise<void> {
    try {
      await this.interrupt(stream);
    } catch (error) {
      this.logger.warn(
        `Could not end the stream of message ${stream.messageId}, trying again: ${String(error)}`,
      );
      await postponeStream(this.database, { ...stream, forMs: AGAIN_AFTER_MS });
    }
  }

  private async interrupt({ userId, key, messageId }: OpenStream): Promise<void> {
    const id = messageId ?? (await this.find(userId, key));
    if (id === null) {
      await dropStream(this.database, { userId, key });
      return;
    }
    try {
      await this.end(APPLICATION, id, { reason: 'interrupted' });
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
      await endStream(this.database, id);
    }
  }

  /** The message of a stream that may have been sent: it is not known whether it was. */
  private async find(userId: number, key: string): Promise<number | null> {
    const message = await messageOfKey(this.database, { userId, key });
    if (!message || !grows({ ...message, deletedAt: null })) return null;
    const { id: messageId, chatId, content } = message;
    await attachStream(this.database, { userId, key, messageId, chatId, content, leaseMs: LEASE_MS });
    return messageId;
  }
}

function saysNothing(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [
      { path: 'metadata', message: 'expected metadata, because nothing was written: or delete the message' },
    ],
  });
}
