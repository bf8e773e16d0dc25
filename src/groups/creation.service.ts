import { Injectable } from '@nestjs/common';
import type { Actor } from '../commands/identity/actor.js';
import { Access } from '../chats/access.js';
import { toChatView } from '../chats/chat.view.js';
import { AppError, type CommandInput, type CreatedGroupView, MAX_MEMBERS } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { KnownUsers } from '../users/directory/known-users.js';
import { Consent, type Sorted } from './consent.js';
import { groupFull, noSuchPeople } from './group-errors.js';
import { GroupRooms } from './group-rooms.js';
import { groupByKey, insertGroup, insertMembers } from './groups.queries.js';
import { InvitationBook, type Invitations } from './invitation-book.js';
import { invitedAmong } from './invitations.queries.js';

interface Created {
  row: ChatRow;
  /** Who is in the group from the start; null: the key found a group that exists. */
  members: number[] | null;
  invitations: Invitations | null;
  /** Users among those named who are invited. */
  invited: number[];
}

/** Creates groups. */
@Injectable()
export class GroupCreationService {
  constructor(
    private readonly database: Database,
    private readonly users: KnownUsers,
    private readonly consent: Consent,
    private readonly book: InvitationBook,
    private readonly rooms: GroupRooms,
    private readonly access: Access,
  ) {}

  /**
   * Creates a group of the actor, who owns it, and the others. If the application itself creates it, the first of
   * `memberIds` owns it. Members get `newChat`; those who have to be asked get `invitationReceived`.
   *
   * @throws AppError GROUP_FULL; VALIDATION_FAILED for an empty list, or a user who does not exist; RATE_LIMITED for
   *   too many users who are not contacts of the actor; NOT_FOUND for a repeat by somebody who has left the group.
   */
  async create(actor: Actor, input: CommandInput<'createGroup'>): Promise<CreatedGroupView> {
    const people = [...new Set(actor.userId === null ? input.memberIds : [actor.userId, ...input.memberIds])];
    if (people.length === 0) throw noSuchPeople('memberIds');
    if (people.length > MAX_MEMBERS) throw groupFull();
    if (actor.userId !== null) await this.users.ensure([actor.userId]);
    await this.users.ensureListed('memberIds', input.memberIds);
    const charge = this.consent.charging(actor, 'memberIds');
    const { row, members, invitations, invited } = await this.database.transaction((runner) =>
      this.insert(runner, actor, { input, people, charge }),
    );
    // Made by an earlier try with this key; by now the actor may have left it.
    if (!members) await this.access.require(actor, 'chat.read', row.id);
    const chat: CreatedGroupView = members ? toChatView(row) : { ...toChatView(row), changed: false };
    const [ownerId = null] = members ?? [];
    if (members) await this.rooms.admit(chat, members, { message: null, origin: actor.origin, ownerId });
    if (invitations) await this.book.tell(row, invitations);
    return invited.length === 0 ? chat : { ...chat, invited };
  }

  private async insert(
    runner: Runner,
    actor: Actor,
    {
      input,
      people,
      charge,
    }: { input: CommandInput<'createGroup'>; people: readonly number[]; charge: (sorted: Sorted) => void },
  ): Promise<Created> {
    const { title, avatarUrl = null, metadata = {}, historyVisible = 'all', clientId } = input;
    const { sending = 'all', slowModeSeconds = 0, addMembers = 'admins' } = input;
    const key = clientId === undefined ? null : `${actor.userId ?? 0} ${clientId}`;
    const sorted = await this.consent.sort(runner, actor, { chatId: null, userIds: people });
    const { added } = sorted;
    const fields = { title, avatarUrl, metadata, historyVisible, sending, slowModeSeconds, addMembers };
    const row = await insertGroup(runner, { ...fields, memberCount: added.length, creationKey: key });
    if (!row) return this.known(runner, key, people);
    charge(sorted);
    const joined = await insertMembers(runner, {
      chatId: row.id,
      userIds: added,
      ownerId: added[0] ?? null,
      lastSeq: 0,
      seesAfter: 0,
      version: row.version,
    });
    if (joined.length < added.length) throw noSuchPeople('memberIds');
    const invitations = await this.book.invite(runner, row.id, actor.userId, sorted.guests);
    return { row, members: added, invitations, invited: invitations?.invited ?? [] };
  }

  /** The group that a command with the same key has created before. */
  private async known(runner: Runner, key: string | null, people: readonly number[]): Promise<Created> {
    const row = key === null ? undefined : await groupByKey(runner, key);
    if (!row) throw new AppError('NOT_FOUND');
    const invited = await invitedAmong(runner, { chatId: row.id, userIds: people });
    return { row, members: null, invitations: null, invited };
  }
}
