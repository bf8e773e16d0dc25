import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Repeats } from '../commands/idempotency/repeats.js';
import type { MessageView } from '../contract/index.js';
import { Database } from '../database/database.js';
import { shownTo } from '../chats/shown.js';
import { MessageChanges } from './changes/message-changes.js';
import { toMessageView } from './model/message.view.js';
import { toReactionsChanged } from './model/shown.js';

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
    for (const name of ['addReaction', 'removeReaction'] as const) {
      this.repeats.add([name], {
        ids: ({ messageId }) => [messageId],
        again: async (actor, [messageId = 0], { emoji }) => {
          const message = await this.find(actor, messageId);
          const change = { by: requireUserId(actor), emoji, added: name === 'addReaction' };
          return { ...toReactionsChanged(message, change), changed: false };
        },
      });
    }
  }

  private async find(actor: Actor, messageId: number): Promise<MessageView> {
    const chat = await this.changes.requireChatOf(actor, 'message.read', messageId);
    const message = await this.changes.find(this.database, messageId);
    return toMessageView(message, chat, await shownTo(this.database, actor.userId, [message]));
  }
}
