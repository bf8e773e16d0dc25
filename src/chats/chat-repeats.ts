import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { Repeats } from '../commands/idempotency/repeats.js';
import { type AnsweredChatView, AppError } from '../contract/index.js';
import { Database } from '../database/database.js';
import { Access } from './access.js';
import { toChatView } from './chat.view.js';
import { chatById } from './chats.queries.js';

/** A repeated command that made, changed or joined a chat is answered with the chat as it is now, which is no change. */
@Injectable()
export class ChatRepeats implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['createChat', 'updateChat', 'acceptInvitation', 'joinChat', 'joinByInvite'], {
      ids: ({ id }) => [id],
      again: (actor, [chatId = 0]) => this.find(actor, chatId),
    });
    this.repeats.add(['createGroup'], {
      ids: ({ id, invited = [] }) => [id, ...invited],
      again: async (actor, [chatId = 0, ...invited]) => {
        const chat = await this.find(actor, chatId);
        return invited.length === 0 ? chat : { ...chat, invited };
      },
    });
  }

  private async find(actor: Actor, chatId: number): Promise<AnsweredChatView> {
    await this.access.require(actor, 'chat.read', chatId);
    const row = await chatById(this.database, { chatId, userId: actor.userId });
    if (!row) throw new AppError('NOT_FOUND');
    return { ...toChatView(row.chat), changed: false };
  }
}
