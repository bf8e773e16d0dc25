import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Access } from '../chats/access.js';
import { type Actor, seesExternalIdOf } from '../commands/identity/actor.js';
import type { BannedUserView, BanLiftedView, BannedPage, CommandInput } from '../contract/index.js';
import { Database } from '../database/database.js';
import { bannedAfter, unban } from './bans.queries.js';
import { GroupChanges } from './group-changes.js';

/** Who is banned from a group. `LeavingService` bans, because it removes members. */
@Injectable()
export class BansService {
  constructor(
    private readonly database: Database,
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly audit: AuditService,
  ) {}

  /** @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, and in a direct chat */
  async page(actor: Actor, { chatId, after = 0, limit }: CommandInput<'getBanned'>): Promise<BannedPage> {
    await this.access.require(actor, 'members.ban', chatId);
    // One more than requested, to know whether there are more.
    const banned = await bannedAfter(this.database, { chatId, after, most: limit + 1 });
    const page = banned.slice(0, limit).map((one) => shownTo(actor, one));
    return { chatId, banned: page, more: banned.length > limit };
  }

  /**
   * Nobody is told: it brings nobody back. Somebody who is not banned is no error.
   *
   * @throws AppError NOT_FOUND; FORBIDDEN unless the actor is an admin, and in a direct chat
   */
  async lift(actor: Actor, { chatId, userId }: CommandInput<'unbanMember'>): Promise<BanLiftedView> {
    await this.access.require(actor, 'members.ban', chatId);
    const { result } = await this.changes.change(actor, 'members.ban', chatId, async ({ runner }) => {
      const lifted = await unban(runner, { chatId, userId });
      if (lifted > 0) await this.audit.record(actor, 'memberUnbanned', { userId, chatId }, runner);
      return { result: lifted, events: [], note: null };
    });
    return result > 0 ? { chatId, userId } : { chatId, userId, changed: false };
  }
}

const shownTo = (actor: Actor, one: BannedUserView): BannedUserView =>
  seesExternalIdOf(actor, one.userId) ? one : { ...one, externalId: null };
