import { Injectable } from '@nestjs/common';
import { toChatView } from '../chats/chat.view.js';
import { NOBODY } from '../commands/external-ids/external-ids.js';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import {
  type AnsweredChatView,
  AppError,
  type CommandInput,
  MAX_INTEGER,
  type PublicChatsPage,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { wordsOf } from '../users/name-words.js';
import { Arrivals, arrived } from './arrivals.js';
import { Consent } from './consent.js';
import { GroupChanges } from './group-changes.js';
import { membersAmong } from './groups.queries.js';
import { inviteByHash, useInvite } from './invites.queries.js';
import { hashOf, leadsNowhere } from './invites.service.js';
import { mayJoin, publicGroups, publicGroupsByTitle } from './public-groups.queries.js';
import { openGroupFor } from './open-group.js';
import { joinedNote } from './system-notes.js';

/** Users join groups by themselves: public ones, and those that they have a code of. */
@Injectable()
export class EntranceService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly changes: GroupChanges,
    private readonly arrivals: Arrivals,
    private readonly consent: Consent,
  ) {}

  /** Public groups, the newest first. None for a `q` without letters or digits, and behind a group that is not there. */
  async list(actor: Actor, input: CommandInput<'getPublicChats'>): Promise<PublicChatsPage> {
    const { q, before, limit } = input;
    if (before === NOBODY) return { chats: [], more: false };
    // One more than requested, to know whether there are more.
    const page = { before: before ?? MAX_INTEGER, most: limit + 1, readerId: actor.userId };
    const words = q === undefined ? [] : wordsOf(q).sort((one, other) => other.length - one.length);
    if (q !== undefined && words.length === 0) return { chats: [], more: false };
    const chats = await (words.length === 0
      ? publicGroups(this.database, page)
      : publicGroupsByTitle(this.database, { ...page, words }));
    const shown = chats.slice(0, limit).map((chat) => openGroupFor(actor, chat));
    return { chats: shown, more: chats.length > limit };
  }

  /**
   * Members get `membersAdded`, and the actor's other devices `newChat`. A member who joins again gets the group.
   *
   * @throws AppError NOT_FOUND for a group that is not public; FORBIDDEN for somebody who is banned; GROUP_FULL;
   *   RATE_LIMITED
   */
  async join(actor: Actor, { chatId }: CommandInput<'joinChat'>): Promise<AnsweredChatView> {
    const userId = requireUserId(actor);
    if ((await mayJoin(this.database, { chatId, userId })) === 0) throw new AppError('NOT_FOUND');
    return this.enter(actor, chatId, async ({ visibility }) => {
      if (visibility !== 'public') throw new AppError('NOT_FOUND');
    });
  }

  /**
   * As `join`. However many join at once, no more than `maxUses` of them do.
   *
   * @throws AppError NOT_FOUND for a code that leads nowhere, and as `join`
   */
  async joinBy(actor: Actor, { code }: CommandInput<'joinByInvite'>): Promise<AnsweredChatView> {
    const userId = requireUserId(actor);
    const held = await inviteByHash(this.database, { codeHash: hashOf(code), userId });
    // Who is a member by its last use may repeat the command.
    if (!held || !(held.isOpen || held.group.isMember)) throw leadsNowhere();
    const { inviteId } = held;
    return this.enter(actor, held.group.chatId, async (_, runner) => {
      if ((await useInvite(runner, inviteId)) === 0) throw leadsNowhere();
    });
  }

  /** `requireOpen` is asked under the lock of the group, and only for somebody who is not a member. */
  private async enter(
    actor: Actor,
    chatId: number,
    requireOpen: (chat: ChatRow, runner: Runner) => Promise<void>,
  ): Promise<AnsweredChatView> {
    const userId = requireUserId(actor);
    await this.users.ensure([userId]);
    const charge = this.consent.charging(actor, 'chatId');
    const { result, chat, message } = await this.changes.join(actor, chatId, async (chat, runner) => {
      const [member] = await membersAmong(runner, { chatId, userIds: [userId] });
      if (member) return { result: null, events: [], note: null };
      await requireOpen(chat, runner);
      await this.arrivals.requireUnbanned(runner, chatId, [userId], actor);
      const added = await this.arrivals.insert(chat, runner, [userId], actor);
      charge({ added: [userId], guests: [], strangers: 1 });
      return {
        result: added,
        events: [arrived(added)],
        memberCount: added.memberCount,
        note: joinedNote(userId),
      };
    });
    if (!result) return { ...toChatView(chat), changed: false };
    await this.arrivals.announce(chat, result, { message, origin: actor.origin });
    return toChatView(chat);
  }
}
