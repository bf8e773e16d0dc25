import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Access } from '../chats/access.js';
import type { Actor } from '../commands/identity/actor.js';
import { requireFuture } from '../common/errors/require-future.js';
import {
  AppError,
  type CommandInput,
  type CreatedInviteView,
  type InvitedGroupView,
  type InviteRevokedView,
  type InviteView,
} from '../contract/index.js';
import { Database } from '../database/database.js';
import type { InviteRow } from '../database/models/chat-invite.model.js';
import { GroupChanges } from './group-changes.js';
import { openGroupFor } from './open-group.js';
import {
  countInvites,
  deleteInvite,
  dropClosedInvites,
  inviteByHash,
  insertInvite,
  invitesOf,
} from './invites.queries.js';

/** Most invitations of a group by link. */
const MOST_INVITES = 100;

/** Random bytes of a code: 24 characters of base64url. */
const CODE_BYTES = 18;

/** A code is random throughout, so a plain hash can't be reversed by trying. */
export const hashOf = (code: string): Buffer => createHash('sha256').update(code).digest();

/** Invitations to groups by link: made, listed and revoked by admins, looked at by whoever has the code. */
@Injectable()
export class InvitesService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly changes: GroupChanges,
  ) {}

  /**
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, and in a direct chat; VALIDATION_FAILED for a time
   *   that is past; CONFLICT for more than 100 that are open
   */
  async create(actor: Actor, input: CommandInput<'createInvite'>): Promise<CreatedInviteView> {
    const { chatId, expiresAt = null, maxUses = null } = input;
    await this.access.require(actor, 'invites.manage', chatId);
    requireFuture('expiresAt', expiresAt, ', or null');
    const code = randomBytes(CODE_BYTES).toString('base64url');
    const { result } = await this.changes.change(actor, 'invites.manage', chatId, async ({ runner }) => {
      const open = await countInvites(runner, chatId);
      if (open >= MOST_INVITES && open - (await dropClosedInvites(runner, chatId)) >= MOST_INVITES)
        throw tooMany();
      const invite = { chatId, codeHash: hashOf(code), createdBy: actor.userId, expiresAt, maxUses };
      return { result: await insertInvite(runner, invite), events: [], note: null };
    });
    return { ...toInviteView(result), code };
  }

  /** @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, and in a direct chat */
  async list(actor: Actor, { chatId }: CommandInput<'getInvites'>): Promise<InviteView[]> {
    await this.access.require(actor, 'invites.manage', chatId);
    return (await invitesOf(this.database, chatId)).map(toInviteView);
  }

  /**
   * From the commit on nobody joins by it. One that is gone is no error.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, and in a direct chat
   */
  async revoke(actor: Actor, { chatId, inviteId }: CommandInput<'revokeInvite'>): Promise<InviteRevokedView> {
    await this.access.require(actor, 'invites.manage', chatId);
    const { result } = await this.changes.change(actor, 'invites.manage', chatId, async ({ runner }) => ({
      result: await deleteInvite(runner, { chatId, inviteId }),
      events: [],
      note: null,
    }));
    return result > 0 ? { chatId, inviteId } : { chatId, inviteId, changed: false };
  }

  /** @throws AppError NOT_FOUND for a code that leads nowhere, for whatever reason */
  async look(actor: Actor, { code }: CommandInput<'getInvite'>): Promise<InvitedGroupView> {
    const held = await inviteByHash(this.database, { codeHash: hashOf(code), userId: actor.userId });
    if (!held?.isOpen) throw leadsNowhere();
    return openGroupFor(actor, held.group);
  }
}

const toInviteView = ({ id, ...invite }: InviteRow): InviteView => ({ inviteId: id, ...invite });

/** The error for a code of which nothing is said but that it is of no use. */
export const leadsNowhere = () =>
  new AppError('NOT_FOUND', {
    message: 'This invitation does not exist, has ended or is used up: ask for a new one.',
  });

function tooMany(): AppError {
  return new AppError('CONFLICT', {
    message: `A group has at most ${MOST_INVITES} invitations by link: revoke one first.`,
    details: { limit: MOST_INVITES },
  });
}
