import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { Repeats } from '../commands/idempotency/repeats.js';
import type { MessageView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { MessageChanges } from './changes/message-changes.js';
import { toMessageView } from './model/message.view.js';

/** A repeated command about a message is answered with the message as it is now: empty when it was deleted. */
@Injectable()
export class MessageRepeats implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly changes: MessageChanges,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['editMessage', 'sendSystemMessage'], {
      ids: ({ id }) => [id],
      again: (actor, [messageId = 0]) => this.find(actor, messageId),
    });
    this.repeats.add(['addReaction', 'removeReaction'], {
      ids: ({ messageId }) => [messageId],
      again: async (actor, [messageId = 0]) => {
        const { chatId, seq, version, reactions } = await this.find(actor, messageId);
        return { messageId, chatId, seq, version, changed: false, reactions };
      },
    });
  }

  private async find(actor: Actor, messageId: number): Promise<MessageView> {
    const chat = await this.changes.requireChatOf(actor, 'message.read', messageId);
    return toMessageView(await this.changes.find(this.database, messageId), chat);
  }
}
