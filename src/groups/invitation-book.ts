import { Injectable } from '@nestjs/common';
import type { InvitationEndedView } from '../contract/index.js';
import type { ChatRow } from '../database/models/chat.model.js';
import type { Runner } from '../database/statement.js';
import { Publisher } from '../delivery/publisher.js';
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
  constructor(private readonly publisher: Publisher) {}

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

  /** Only the invited users are told: not the members of the group. */
  tell(chat: ChatRow, { by, told, dropped }: Invitations): void {
    const { id: chatId, title, avatarUrl, memberCount } = chat;
    const [first] = told;
    if (first) {
      const view = { chatId, title, avatarUrl, memberCount, invitedBy: by, invitedAt: first.invitedAt };
      this.publisher.publish('invitationReceived', view, { users: told.map(({ userId }) => userId) });
    }
    for (const one of dropped) this.end(one.chatId, [one.userId], 'revoked', null);
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
