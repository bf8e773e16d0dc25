import { Injectable } from '@nestjs/common';
import { Access } from '../chats/access.js';
import type { Actor } from '../commands/identity/actor.js';
import type { AddedMembersView, CommandInput, MembersAddedView } from '../contract/index.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { Arrivals, arrived } from './arrivals.js';
import { Consent, type Sorted } from './consent.js';
import { type Effect, GroupChanges, type LockedGroup } from './group-changes.js';
import { InvitationBook, type Invitations } from './invitation-book.js';
import { addedNote } from './system-notes.js';

interface Addition {
  added: MembersAddedView;
  invitations: Invitations | null;
}

/** Adds members to a group, or invites them. */
@Injectable()
export class JoiningService {
  constructor(
    private readonly access: Access,
    private readonly users: KnownUsers,
    private readonly changes: GroupChanges,
    private readonly consent: Consent,
    private readonly book: InvitationBook,
    private readonly arrivals: Arrivals,
  ) {}

  /**
   * Present members get `membersAdded`; new members get `newChat` and from then on all events of the group; those who
   * have to be asked get `invitationReceived`. Users who are members already are skipped.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, or `addMembers` lets members; GROUP_FULL; CONFLICT
   *   for somebody who is banned; VALIDATION_FAILED for a user who
   *   does not exist; RATE_LIMITED for too many users who are not contacts of the actor.
   */
  async add(actor: Actor, input: CommandInput<'addMembers'>): Promise<AddedMembersView> {
    const { chatId } = input;
    await this.access.require(actor, 'members.add', chatId);
    await this.users.ensureListed('userIds', input.userIds);
    const requested = [...new Set(input.userIds)];
    const charge = this.consent.charging(actor, 'userIds');
    const { result, chat, changed, message } = await this.changes.change(
      actor,
      'members.add',
      chatId,
      (locked) => this.addTo(locked, actor, requested, charge),
    );
    const { added, invitations } = result;
    if (changed) await this.arrivals.announce(chat, added, { message, origin: actor.origin });
    if (!invitations) return added;
    await this.book.tell(chat, invitations);
    return { ...added, invited: invitations.invited };
  }

  private async addTo(
    locked: LockedGroup,
    actor: Actor,
    requested: readonly number[],
    charge: (sorted: Sorted) => void,
  ): Promise<Effect<Addition>> {
    const { chat, runner } = locked;
    const known = await this.changes.rolesOf(locked, requested);
    const others = requested.filter((userId) => !known.has(userId));
    await this.arrivals.requireUnbanned(runner, chat.id, others, actor);
    const sorted = await this.consent.sort(runner, actor, { chatId: chat.id, userIds: others });
    const added = await this.arrivals.insert(chat, runner, sorted.added, actor);
    charge(sorted);
    const invitations = await this.book.invite(runner, chat.id, actor.userId, sorted.guests);
    return {
      result: { added, invitations },
      events: added.userIds.length === 0 ? [] : [arrived(added)],
      memberCount: added.memberCount,
      note: addedNote(actor.userId, added.userIds),
    };
  }
}
