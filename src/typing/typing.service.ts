import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { Blocks } from '../blocks/blocks.js';
import { Bus } from '../common/bus.js';
import { Access, type Membership } from '../chats/access.js';
import type { CommandInput, TypingView } from '../contract/index.js';
import { VisibilityService } from '../presence/visibility.service.js';
import { type Audience, Publisher } from '../delivery/publisher.js';
import type { SocketLeft } from '../delivery/delivery-events.js';
import { EXPIRES_AFTER_MS, REPEAT_AFTER_MS, type Typist, Typists } from './typists.js';

/** Milliseconds after which clients assume that a typist has stopped. The server's event comes earlier, if it lives. */
const CLIENTS_WAIT_MS = EXPIRES_AFTER_MS + REPEAT_AFTER_MS;

/**
 * Typing indicators. Sent to the members who are online now, never to the typist's own devices, and never stored.
 * Typing ends by the typist's command, their message, the end of their connection or membership, or a timeout.
 */
@Injectable()
export class TypingService implements OnModuleInit, OnApplicationShutdown {
  private readonly typists = new Typists((typist, typing) => this.tell(typist, typing));
  private readonly audiences = new WeakMap<Typist, Audience>();

  constructor(
    private readonly access: Access,
    private readonly blocks: Blocks,
    private readonly visibility: VisibilityService,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  onModuleInit(): void {
    this.bus.on('socketLeft', (left) => this.endAt(left));
  }

  onApplicationShutdown(): void {
    this.typists.clear();
  }

  /**
   * The permission is checked once per `REPEAT_AFTER_MS` for each user and chat, however often a client sends.
   *
   * @throws AppError NOT_FOUND
   */
  async set(actor: Actor, { chatId, typing }: CommandInput<'typing'>): Promise<TypingView> {
    const userId = requireUserId(actor);
    const view = viewOf({ chatId, userId }, typing);
    const known = this.typists.find(chatId, userId);
    if (known && !typing) {
      this.typists.stop(known);
      await known.allowed;
      return view;
    }
    const typist = this.typists.press(chatId, userId, actor.origin ?? '');
    if (typist.allowed === null || performance.now() - typist.allowedAt >= REPEAT_AFTER_MS) {
      typist.allowedAt = performance.now();
      typist.allowed = this.allow(actor, typist);
    }
    if (!typing) this.typists.stop(typist);
    await typist.allowed;
    if (this.audiences.has(typist)) this.typists.announce(typist);
    return view;
  }

  /** The user has sent a message, so they have stopped typing. Costs one map lookup. */
  sent(chatId: number, userId: number): void {
    const typist = this.typists.find(chatId, userId);
    if (typist) this.typists.remove(typist);
  }

  private async allow(actor: Actor, typist: Typist): Promise<void> {
    try {
      const [membership, visible, blocked] = await Promise.all([
        this.access.require(actor, 'message.send', typist.chatId),
        this.visibility.isVisible(typist.userId),
        this.blocks.blockedIn(typist.chatId, typist.userId),
      ]);
      // An invisible user must not be seen typing.
      if (visible) this.audiences.set(typist, othersOf(membership, typist.userId, blocked));
      else {
        this.typists.withdraw(typist);
        this.audiences.delete(typist);
      }
    } catch (error) {
      this.typists.remove(typist);
      throw error;
    }
  }

  private tell(typist: Typist, typing: boolean): void {
    const audience = this.audiences.get(typist);
    if (audience) this.publisher.publish('userTyping', viewOf(typist, typing), audience);
  }

  /** A socket has closed, is no longer online as its user, or has left a group. */
  private endAt({ connectionId, userId, chatId }: SocketLeft): void {
    for (const typist of this.typists.at(connectionId)) {
      const closed = userId === null && chatId === null;
      if (closed || userId === typist.userId || chatId === typist.chatId) this.typists.remove(typist);
    }
  }
}

function viewOf({ chatId, userId }: Pick<Typist, 'chatId' | 'userId'>, typing: boolean): TypingView {
  return { chatId, userId, typing, expiresInMs: typing ? CLIENTS_WAIT_MS : 0 };
}

/**
 * The other members. In a direct chat: the other user (neither blocks the other, or the typist could not send); in one with
 * oneself nobody. In a
 * group: all except the typist's sockets and the users they block.
 */
function othersOf(
  { chatId, user1Id, user2Id }: Membership,
  userId: number,
  blocked: readonly number[],
): Audience {
  if (user1Id === null || user2Id === null) {
    return { chat: chatId, without: [userId, ...blocked] };
  }
  if (user1Id === user2Id) return {};
  return { users: [userId === user1Id ? user2Id : user1Id] };
}
