import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  AppError,
  type CommandInput,
  type Permission,
  type ReactionsChangedView,
} from '../contract/index.js';
import { MessageChanges, requireThere, requireWritten } from '../messages/changes/message-changes.js';
import { Publisher } from '../delivery/publisher.js';
import { addReaction, removeReaction, summarise } from './reactions.queries.js';

/** Most different reactions on a message. */
const MAX_KINDS = 50;

/** Most users shown with each reaction; `count` counts all. */
const MAX_PEOPLE_SHOWN = 20;

/** Reactions to messages. A user may react in many ways to a message, once with each emoji. */
@Injectable()
export class ReactionsService {
  constructor(
    private readonly changes: MessageChanges,
    private readonly publisher: Publisher,
  ) {}

  /**
   * The same reaction again is no change. Members get `reactionsChanged`.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN for a message of the server; CONFLICT for a new kind of reaction when the
   * message has 50 kinds
   */
  add(actor: Actor, input: CommandInput<'addReaction'>): Promise<ReactionsChangedView> {
    return this.change(actor, 'message.react', input, addReaction);
  }

  /** @throws AppError NOT_FOUND when there is no such message. Removing a reaction that does not exist is no error. */
  remove(actor: Actor, input: CommandInput<'removeReaction'>): Promise<ReactionsChangedView> {
    return this.change(actor, 'message.unreact', input, removeReaction);
  }

  private async change(
    actor: Actor,
    permission: Permission,
    { messageId, emoji }: CommandInput<'addReaction'>,
    write: typeof addReaction,
  ): Promise<ReactionsChangedView> {
    const userId = requireUserId(actor);
    const { chat, view, changed, audience } = await this.changes.change(
      actor,
      permission,
      messageId,
      async ({ message, runner }) => {
        requireThere(message);
        requireWritten(message);
        if ((await write(runner, { messageId, emoji, userId })) === 0) return false;
        const kinds = await summarise(runner, { messageId, most: MAX_PEOPLE_SHOWN });
        if (kinds > MAX_KINDS) throw tooManyKinds();
        return true;
      },
    );
    const { seq, version, reactions } = view;
    const result: ReactionsChangedView = { messageId, chatId: chat.chatId, seq, version, reactions };
    if (!changed) return { ...result, changed };
    this.publisher.publish('reactionsChanged', result, audience);
    return result;
  }
}

function tooManyKinds(): AppError {
  return new AppError('CONFLICT', {
    details: [{ path: 'emoji', message: `expected one of the ${MAX_KINDS} reactions that the message has` }],
  });
}
