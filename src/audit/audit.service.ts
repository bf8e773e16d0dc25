import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/sequelize';
import { Op, type WhereOptions } from 'sequelize';
import type { Actor } from '../commands/identity/actor.js';
import type { AuditAction, AuditEntryView, CommandInput } from '../contract/index.js';
import { Database } from '../database/database.js';
import { AuditEntry } from '../database/models/audit-entry.model.js';
import type { Runner } from '../database/statement.js';
import { type OwnIds, ownIdsOf } from '../users/directory/own-ids.js';
import { addAuditEntry } from './audit.queries.js';

/** What a deed was about. */
export interface AuditSubject {
  /** To whom it was done. */
  userId?: number;
  chatId?: number;
  /** What else there is to say, as JSON: a role, a reason, a time. Never text of messages. */
  details?: Record<string, unknown>;
}

/** Writes down what the application and admins do to people and chats, for the application to read. */
@Injectable()
export class AuditService {
  constructor(
    private readonly database: Database,
    @InjectModel(AuditEntry) private readonly entries: typeof AuditEntry,
  ) {}

  /**
   * Adds an entry. Call it in the transaction of the deed, as `runner`: then there is never one without the other.
   * Without a transaction call it before the deed is answered; it throws as any statement does.
   */
  async record(
    actor: Pick<Actor, 'userId'>,
    action: AuditAction,
    { userId, chatId, details = {} }: AuditSubject,
    runner: Runner = this.database,
  ): Promise<void> {
    await addAuditEntry(runner, {
      actorId: actor.userId,
      action,
      userId: userId ?? null,
      chatId: chatId ?? null,
      details,
    });
  }

  /** The latest first. */
  async page({ before, limit, since, until, ...same }: CommandInput<'getAudit'>): Promise<AuditEntryView[]> {
    const where: WhereOptions = {
      ...Object.fromEntries(Object.entries(same).filter(([, value]) => value !== undefined)),
      ...(before === undefined ? {} : { id: { [Op.lt]: before } }),
      [Op.and]: [
        ...(since === undefined ? [] : [{ at: { [Op.gte]: since } }]),
        ...(until === undefined ? [] : [{ at: { [Op.lt]: until } }]),
      ],
    };
    const entries = await this.entries.findAll({ where, order: [['id', 'DESC']], limit });
    const ids = await ownIdsOf(this.database, {
      users: entries.flatMap(({ actorId, userId }) => [actorId, userId]),
      chats: entries.map(({ chatId }) => chatId),
    });
    return entries.map((entry) => toAuditEntryView(entry, ids));
  }
}

function toAuditEntryView(
  { id, at, actorId, action, userId, chatId, details }: AuditEntry,
  ids: OwnIds,
): AuditEntryView {
  return {
    id,
    at: at.toISOString(),
    actorId,
    actorExternalId: ids.ofUser(actorId),
    action,
    userId,
    userExternalId: ids.ofUser(userId),
    chatId,
    chatExternalId: ids.ofChat(chatId),
    details,
  };
}
