import { Inject, Injectable, Logger } from '@nestjs/common';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { InvitationEndedView, InvitationView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
import { findersOf } from '../users/finding.queries.js';
import { dropOldInvitations, type Guest, invite } from './invitations.queries.js';

/** Invitations that were just stored. */
export interface Invitations {
  by: number;
  /** Whom the answer names as invited. */
  invited: number[];
  /** Who is told. */
  told: { userId: number; invitedAt: string }[];
  /** Older ones that had to go for them. */
  dropped: { chatId: number; userId: number }[];
}

/** Stores invitations with the change of their group, and tells of them after the commit. */
@Injectable()
export class InvitationBook {
  private readonly logger = new Logger(InvitationBook.name);

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly database: Database,
    private readonly publisher: Publisher,
  ) {}

  /** Repeats nothing: who is invited already is not told again. */
  async invite(
    runner: Runner,
    chatId: number,
    by: number | null,
    guests: readonly Guest[],
  ): Promise<Invitations | null> {
    if (by === null || guests.length === 0) return null;
    const told = await invite(runner, { chatId, by, guests });
    const invited = guests.map(({ userId }) => userId);
    const dropped = await dropOldInvitations(runner, { chatId, userIds: invited });
    return { by, invited, told, dropped };
  }

  /** Only the invited users are told: not the members of the group. Never fails. */
  async tell(chat: ChatRow, { by, told, dropped }: Invitations): Promise<void> {
    const { id: chatId, title, avatarUrl, memberCount } = chat;
    const [first] = told;
    if (first) {
      const view = { chatId, title, avatarUrl, memberCount, invitedBy: by, invitedAt: first.invitedAt };
      const users = told.map(({ userId }) => userId);
      const { called, finders } = await this.shownTo(users, by);
      const tell = (inviter: InvitationView['inviter'], of: number[]) =>
        this.publisher.publish('invitationReceived', { ...view, inviter }, { users: of });
      tell(
        called,
        users.filter((userId) => finders.has(userId)),
      );
      tell(
        null,
        users.filter((userId) => !finders.has(userId)),
      );
    }
    for (const one of dropped) this.end(one.chatId, [one.userId], 'revoked', null);
  }

  /** What somebody is called, and who of the readers find them; nobody when the database is away. */
  private async shownTo(
    readerIds: readonly number[],
    userId: number,
  ): Promise<{ called: InvitationView['inviter']; finders: ReadonlySet<number> }> {
    const { directory } = this.config;
    try {
      const found = await findersOf(this.database, { userId, readerIds, directory });
      return found ?? { called: null, finders: new Set() };
    } catch (error) {
      this.logger.warn(`Could not read what somebody is called who invites: ${String(error)}`);
      return { called: null, finders: new Set() };
    }
  }

  end(
    chatId: number,
    userIds: readonly number[],
    reason: InvitationEndedView['reason'],
    origin: string | null,
  ): InvitationEndedView {
    const view: InvitationEndedView = { chatId, reason };
    this.publisher.publish('invitationEnded', view, { users: userIds, except: origin });
    return view;
  }
}
