import { Injectable } from '@nestjs/common';
import type { NotedReaction } from '../changes/note-change.js';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  AppError,
  type CommandInput,
  type Permission,
  type ReactionsChangedView,
} from '../contract/index.js';
import { MessageChanges, requireThere, requireWritten } from '../messages/changes/message-changes.js';
import { toReactionsChanged } from '../messages/model/shown.js';
import { Publisher } from '../delivery/publisher.js';
import { addReaction, removeReaction, summarise } from './reactions.queries.js';

/** Most different reactions on a message. */
const MAX_KINDS = 50;

/** Most reactions of one user to a message, so that one cannot take all places. */
const MAX_OWN = 10;

/** Most users shown with each reaction; `count` counts all. */
export const MAX_PEOPLE_SHOWN = 20;

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
   * message has 50 kinds, and for the eleventh of one user
   */
  add(actor: Actor, input: CommandInput<'addReaction'>): Promise<ReactionsChangedView> {
    return this.change(actor, 'message.react', input, true);
  }

  /** @throws AppError NOT_FOUND when there is no such message. Removing a reaction that does not exist is no error. */
  remove(actor: Actor, input: CommandInput<'removeReaction'>): Promise<ReactionsChangedView> {
    return this.change(actor, 'message.unreact', input, false);
  }

  private async change(
    actor: Actor,
    permission: Permission,
    { messageId, emoji }: CommandInput<'addReaction'>,
    added: boolean,
  ): Promise<ReactionsChangedView> {
    const userId = requireUserId(actor);
    const noted: NotedReaction = { by: userId, added };
    const { view, row, changed, audience } = await this.changes.change(
      actor,
      permission,
      messageId,
      'reactionsChanged',
      async ({ message, runner }) => {
        requireThere(message);
        requireWritten(message);
        const write = added ? addReaction : removeReaction;
        if ((await write(runner, { messageId, emoji, userId })) === 0) return false;
        const { kinds, own } = await summarise(runner, { messageId, most: MAX_PEOPLE_SHOWN, userId });
        if (added && own > MAX_OWN) throw tooMany(`at most ${MAX_OWN} reactions of one user`);
        if (added && kinds > MAX_KINDS)
          throw tooMany(`one of the ${MAX_KINDS} reactions that the message has`);
        return true;
      },
      noted,
    );
    const change = { by: userId, emoji, added };
    if (changed) this.publisher.publish('reactionsChanged', toReactionsChanged(view, change), audience);
    const result = toReactionsChanged(await this.changes.forActor(actor, { view, row }), change);
    return changed ? result : { ...result, changed };
  }
}

function tooMany(what: string): AppError {
  return new AppError('CONFLICT', { details: [{ path: 'emoji', message: `expected ${what}` }] });
}
