import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { chatsOfUserByIds } from '../chats/chats.queries.js';
import { ChatsService } from '../chats/chats.service.js';
import { toMessageView } from '../messages/model/message.view.js';
import type { CommandInput, SyncedChat, SyncedView, WatermarkView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { type ChatMessageRow, type ChatPage, pagesWithin } from './pages.js';
import {
  type ChangedChat,
  changedChats,
  changedMessages,
  goneChats,
  hiddenSince,
  momentBefore,
  movedWatermarks,
  newestMessages,
  settingsSince,
} from './sync.queries.js';

/** Chats of one answer. */
const MAX_CHATS = 50;

/** Messages of one chat in one answer; bytes of all its chats and messages, about. */
const BOUNDS = { messages: 100, bytes: 2 * 1024 * 1024 } as const;

/** Messages of a chat that is sent anew. */
const RESET_PAGE = 30;

/** Changes after which a chat is sent anew: catching up would take more pages than it is worth. */
const MAX_GAP = 1_000;

/**
 * Watermarks, and messages deleted for oneself, of one answer; besides those of the same millisecond as the last, and
 * all of the overlap.
 */
const MAX_MOVED = 1_000;

/**
 * Milliseconds by which the next `since` lies back: longer than any statement may take, so that one which was
 * under way while we looked is not missed. What comes twice is the same.
 */
const OVERLAP_MS = 10_000;

type MovedWatermark = Awaited<ReturnType<typeof movedWatermarks>>[number];

/** What a client has missed. */
@Injectable()
export class SyncService {
  constructor(
    private readonly database: Database,
    private readonly chats: ChatsService,
  ) {}

  /**
   * All that changed since the versions that the client has, read from one snapshot: in order, in bounded
   * pages, or an explicit `reset` of a chat; never a part that looks whole. Call again while `more`.
   */
  async sync(actor: Actor, { versions, since }: CommandInput<'sync'>): Promise<SyncedView> {
    const userId = requireUserId(actor);
    const named = Object.entries(versions).map(([chat, version]) => ({ chatId: Number(chat), version }));
    const ids = named.map(({ chatId }) => chatId);
    const read = await this.database.snapshot(async (runner) => {
      const moved = await this.movedSince(runner, userId, since);
      const gone = await goneChats(runner, { userId, chatIds: ids });
      const changed = await changedChats(runner, { userId, named, most: MAX_CHATS + 1 });
      const { pages, more } = await this.pagesOf(runner, userId, changed.slice(0, MAX_CHATS));
      return { moved, gone, pages, more: more || changed.length > MAX_CHATS };
    });
    const { moved, gone } = read;
    const chats = await this.chatsOf(read.pages);
    return {
      chats,
      gone,
      more: read.more || chats.some((chat) => chat.more) || moved.more,
      watermarks: moved.watermarks,
      hidden: moved.hidden,
      memberships: moved.memberships,
      at: moved.at,
    };
  }

  private async pagesOf(runner: Runner, userId: number, changed: ChangedChat[]) {
    if (changed.length === 0) return { pages: [], more: false };
    const resets = new Set(changed.filter(isReset).map(({ chatId }) => chatId));
    const catchUps = changed.filter(({ chatId }) => !resets.has(chatId));
    const chats = await chatsOfUserByIds(runner, { userId, chatIds: changed.map(({ chatId }) => chatId) });
    const rows = [
      ...(await newestMessages(runner, {
        userId,
        chatIds: [...resets],
        most: RESET_PAGE,
        bytes: BOUNDS.bytes,
      })),
      ...(await changedMessages(runner, {
        userId,
        chats: catchUps,
        most: BOUNDS.messages + 1,
        bytes: BOUNDS.bytes,
      })),
    ];
    const messages = new Map<number, ChatMessageRow[]>(chats.map(({ chat }) => [chat.id, []]));
    for (const row of rows) messages.get(row.chatId)?.push(row);
    return pagesWithin(
      BOUNDS,
      chats.map((item) => {
        const { id } = item.chat;
        return { item, messages: messages.get(id) ?? [], reset: resets.has(id) };
      }),
    );
  }

  private async chatsOf(pages: readonly ChatPage[]): Promise<SyncedChat[]> {
    const items = await this.chats.listItems(pages.map(({ item }) => item));
    return pages.map(({ messages, upTo, reset, more }, index) => {
      const chat = items[index]!;
      return { chat, messages: messages.map((row) => toMessageView(row, chat)), upTo, reset, more };
    });
  }

  /** What has no version of a chat: watermarks, and what one has deleted or set for oneself. */
  private async movedSince(runner: Runner, userId: number, since: string | undefined) {
    const at = await momentBefore(runner, OVERLAP_MS);
    if (since === undefined) return { watermarks: [], hidden: [], memberships: [], at, more: false };
    const moved = { userId, since, most: MAX_MOVED, settled: at };
    const watermarks = await movedWatermarks(runner, moved);
    const hidden = await hiddenSince(runner, moved);
    const settings = await settingsSince(runner, moved);
    // Cut short, the next call goes on where the list that was cut ends. One that goes past the overlap is whole.
    const ends = [watermarks, hidden, settings]
      .filter((list) => list.length >= MAX_MOVED)
      .map((list) => list.at(-1)!.at)
      .filter((end) => end < at);
    return {
      watermarks: watermarks.map(toWatermarkView),
      hidden: hidden.map(({ chatId, messageId }) => ({ chatId, messageId })),
      memberships: settings.map(({ at: _, ...membership }) => membership),
      at: ends.length > 0 ? ends.sort()[0]! : at,
      more: ends.length > 0,
    };
  }
}

/** Also for who was removed and is back: what was in between may not be theirs to see. */
function isReset({ known, version, joined }: ChangedChat): boolean {
  if (known === null || known > version || version - known > MAX_GAP) return true;
  return joined > 1 && known < joined;
}

function toWatermarkView({ unread, unreadMentions, at: _, ...watermark }: MovedWatermark): WatermarkView {
  return unread === null || unreadMentions === null ? watermark : { ...watermark, unread, unreadMentions };
}
