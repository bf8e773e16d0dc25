import { Inject, Injectable } from '@nestjs/common';
import { toChatView } from '../chats/chat.view.js';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  type AnsweredChatView,
  AppError,
  type CommandInput,
  type InvitationEndedView,
  type InvitationView,
  type MembersAddedView,
} from '../contract/index.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import { aboutChat, Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { Arrivals, arrived } from './arrivals.js';
import { type Effect, GroupChanges } from './group-changes.js';
import { membersAmong } from './groups.queries.js';
import { InvitationBook } from './invitation-book.js';
import { decline, invitationsOf, mayEnter, useInvitation } from './invitations.queries.js';
import { joinedNote } from './system-notes.js';

/** What somebody does with invitations to groups that they have received. */
@Injectable()
export class InvitationsService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly changes: GroupChanges,
    private readonly arrivals: Arrivals,
    private readonly book: InvitationBook,
  ) {}

  /** At most 200, the latest first. */
  async list(actor: Actor): Promise<InvitationView[]> {
    const { directory } = this.config;
    return invitationsOf(this.database, { userId: requireUserId(actor), directory });
  }

  /**
   * Members get `membersAdded`, and the actor's other devices `newChat`. A member who accepts again gets the group.
   *
   * @throws AppError NOT_FOUND without an invitation; GROUP_FULL, and then the invitation stays.
   */
  async accept(actor: Actor, { chatId }: CommandInput<'acceptInvitation'>): Promise<AnsweredChatView> {
    const userId = requireUserId(actor);
    if ((await mayEnter(this.database, { chatId, userId })) === 0) throw new AppError('NOT_FOUND');
    const { result, chat, message } = await this.changes.join(actor, chatId, (locked, runner) =>
      this.enter(locked, runner, actor, userId),
    );
    if (!result) return { ...toChatView(chat), changed: false };
    await this.arrivals.announce(chat, result, { message, origin: actor.origin });
    return toChatView(chat);
  }

  /**
   * The actor's other devices get `invitationEnded`; nobody else learns of it. For seven days no invitation to this
   * group reaches the actor.
   *
   * @throws AppError NOT_FOUND without an invitation
   */
  async decline(actor: Actor, { chatId }: CommandInput<'declineInvitation'>): Promise<InvitationEndedView> {
    const userId = requireUserId(actor);
    const count = await this.database.transactionAbout(aboutChat(chatId), (runner) =>
      decline(runner, { chatId, userId }),
    );
    if (count === 0) throw new AppError('NOT_FOUND');
    return this.book.end(chatId, [userId], 'declined', actor.origin);
  }

  private async enter(
    chat: ChatRow,
    runner: Runner,
    actor: Actor,
    userId: number,
  ): Promise<Effect<MembersAddedView | null>> {
    if (chat.type !== 'group') throw new AppError('NOT_FOUND');
    const key = { chatId: chat.id, userId };
    const [member] = await membersAmong(runner, { chatId: chat.id, userIds: [userId] });
    if (member) return { result: null, events: [], note: null };
    await this.arrivals.requireUnbanned(runner, chat.id, [userId], actor);
    if ((await useInvitation(runner, key)) === 0) throw new AppError('NOT_FOUND');
    const added = await this.arrivals.insert(chat, runner, [userId], actor);
    return {
      result: added,
      events: [arrived(added)],
      memberCount: added.memberCount,
      note: joinedNote(userId),
    };
  }
}
