import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { Access } from '../chats/access.js';
import { outranks } from '../chats/permissions.js';
import type { Actor } from '../commands/identity/actor.js';
import { requireFuture } from '../common/errors/require-future.js';
import { AppError, type CommandInput, type MemberUpdatedView } from '../contract/index.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
import { GroupChanges } from './group-changes.js';
import { silence } from './members.queries.js';
import { change } from './members.service.js';

/** Silences members of a group. There is no system message about it: it is not made a subject of the chat. */
@Injectable()
export class SilenceService {
  constructor(
    private readonly access: Access,
    private readonly changes: GroupChanges,
    private readonly publisher: Publisher,
    private readonly audit: AuditService,
  ) {}

  /**
   * Members get `memberUpdated`. The same moment again is no change. From the commit on nothing of the member is written:
   * what waited for it is refused.
   *
   * @throws AppError NOT_FOUND for no such chat or member; FORBIDDEN unless the actor outranks the member
   */
  async set(
    actor: Actor,
    { chatId, userId, until }: { chatId: number; userId: number; until: string | null },
  ): Promise<MemberUpdatedView> {
    await this.access.require(actor, 'members.silence', chatId);
    const { result, changed } = await this.changes.change(
      actor,
      'members.silence',
      chatId,
      async (locked) => {
        const { chat, membership, runner } = locked;
        const member = await this.changes.memberOf(locked, userId);
        if (!member) throw new AppError('NOT_FOUND');
        if (actor.userId !== null && !outranks(membership.role, member.role)) throw new AppError('FORBIDDEN');
        await this.changes.lock(locked, [userId]);
        const set = await silence(runner, { chatId, userId, until });
        const isNew = set !== undefined;
        if (isNew) await this.record(actor, { chatId, userId, until: set.silencedUntil }, runner);
        const view: MemberUpdatedView = {
          ...change(chat, isNew ? 1 : 0, chat.memberCount, actor),
          userId,
          role: member.role,
          silencedUntil: isNew ? set.silencedUntil : member.silencedUntil,
        };
        const events = isNew ? [{ kind: 'memberUpdated' as const, details: view }] : [];
        return { result: view, events, memberCount: chat.memberCount, note: null };
      },
    );
    if (changed) this.publisher.publish('memberUpdated', result, { chat: chatId, except: actor.origin });
    return result;
  }

  private record(
    actor: Actor,
    { chatId, userId, until }: { chatId: number; userId: number; until: string | null },
    runner: Runner,
  ): Promise<void> {
    return until === null
      ? this.audit.record(actor, 'memberUnsilenced', { userId, chatId }, runner)
      : this.audit.record(actor, 'memberSilenced', { userId, chatId, details: { until } }, runner);
  }

  /** @throws AppError VALIDATION_FAILED for a moment that has passed; as `set` */
  async silence(actor: Actor, input: CommandInput<'silenceMember'>): Promise<MemberUpdatedView> {
    requireFuture('until', input.until, '; unsilenceMember ends it');
    return this.set(actor, input);
  }

  unsilence(actor: Actor, input: CommandInput<'unsilenceMember'>): Promise<MemberUpdatedView> {
    return this.set(actor, { ...input, until: null });
  }
}
