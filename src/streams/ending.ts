import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { RepeatedLook } from '../common/flow/repeated-look.js';
import {
  AppError,
  type EditedMessageView,
  isBlank,
  metadataFault,
  type MessageView,
  type StreamEndedView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import { MessageChanges } from '../messages/changes/message-changes.js';
import { Publisher } from '../delivery/publisher.js';
import {
  attachStream,
  dropStream,
  dueStreams,
  endStream,
  lockStream,
  messageOfKey,
  setStreamed,
  writtenSoFar,
} from './streams.queries.js';

/** Milliseconds between two looks for streams whose writer is gone. Every node looks. */
const LOOK_EVERY_MS = 2_000;
const AT_ONCE = 50;

interface How {
  /** Left out: its writer has finished it. */
  reason?: StreamEndedView['reason'];
  /** Added to that of the message. */
  metadata?: Record<string, unknown> | undefined;
}

/** Whether a message says that it grows. */
export const grows = ({ metadata, deletedAt }: Pick<MessageView, 'metadata' | 'deletedAt'>) =>
  metadata?.streaming === true && deletedAt === null;

/** Ends streams: the message has its whole text from then on, as one change. */
@Injectable()
export class Ending implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Ending.name);
  private readonly looks: RepeatedLook;

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
    return this.looks.stop();
  }

  /**
   * The caller has checked that the actor may. Nothing is added to the stream any more.
   *
   * @throws AppError NOT_FOUND; VALIDATION_FAILED when its writer finishes a message that says nothing
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
        const content = await writtenSoFar(runner, messageId);
        if (content === undefined) return false;
        await endStream(runner, messageId);
        if (!grows(message)) return false;
        const { streaming: _, ...own } = message.metadata ?? {};
        const all = { ...own, ...metadata, ...(reason && { streaming: reason }) };
        const isEmpty = Object.keys(all).length === 0;
        if (isEmpty && isBlank(content)) throw saysNothing();
        requireFitting(all);
        await setStreamed(runner, { messageId, content, metadata: isEmpty ? null : all });
        return true;
      },
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

  /** Ends what was not written to for too long, also if the node where it was written has died. */
  private async endDue(): Promise<void> {
    for (const { userId, key, messageId } of await dueStreams(this.database, AT_ONCE)) {
      const id = messageId ?? (await this.find(userId, key));
      try {
        if (id !== null)
          await this.end({ userId: null, origin: null, isApplication: true }, id, { reason: 'interrupted' });
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') {
          this.logger.warn(`Could not end the stream of message ${id}, trying again: ${String(error)}`);
          continue;
        }
      }
      await dropStream(this.database, { userId, key });
    }
  }

  /** The message of a stream that may have been sent: it is not known whether it was. */
  private async find(userId: number, key: string): Promise<number | null> {
    const message = await messageOfKey(this.database, { userId, key });
    if (!message || !grows({ ...message, deletedAt: null })) return null;
    const { id: messageId, chatId, content } = message;
    await attachStream(this.database, { userId, key, messageId, chatId, content });
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

/** What was taken in two parts may be too much in one. */
function requireFitting(metadata: Record<string, unknown>): void {
  const fault = metadataFault(metadata);
  if (fault) throw new AppError('VALIDATION_FAILED', { details: [{ path: 'metadata', message: fault }] });
}
