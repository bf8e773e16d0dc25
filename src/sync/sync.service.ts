import { Injectable } from '@nestjs/common';
import { type Actor, requireUserId } from '../commands/identity/actor.js';
import { chatsOfUserByIds } from '../chats/chat-list.queries.js';
import { shownTo } from '../chats/shown.js';
import { ChatsService } from '../chats/chats.service.js';
import { unreadTotals } from '../chats/unread-totals.queries.js';
import { fittingIn, sentBytes } from '../messages/model/message-size.js';
import { toMessageView } from '../messages/model/message.view.js';
import type { CommandInput, SyncedChat, SyncedView, WatermarkView } from '../contract/index.js';
import { Database } from '../database/database.js';
import type { Runner } from '../database/statement.js';
import { type ChatMessageRow, type ChatPage, pagesWithin } from './pages.js';
import { toPublicView } from '../users/user.view.js';
import {
  type ChangedChat,
  changedChats,
  changedMessages,
  goneChats,
  hiddenSince,
  momentBefore,
  movedWatermarks,
  newestMessages,
  profilesSince,
  settingsSince,
} from './sync.queries.js';

/** Most chats in one answer. */
const MAX_CHATS = 50;

/** Most messages of one chat in one answer, and the bytes of all its chats and messages as they are sent. */
const BOUNDS = { messages: 100, bytes: 2 * 1024 * 1024 } as const;

/** Most bytes of the messages of a chat that is reset: the newest that fit. */
const RESET_BYTES = 1024 * 1024;

/** Later than any activity: no chat is newer. */
const NEVER = 'infinity';

/** A client that missed more changes of a chat gets a reset: catching up would take too many pages. */
const MAX_GAP = 1_000;

/**
 * Most watermarks, hidden messages and settings in one answer, of each. Those of the same millisecond as the last one,
 * and those within the overlap, come on top.
 */
const MAX_MOVED = 1_000;

/** Most profiles in one answer, in the same way: each may have some kilobytes. */
const MAX_PROFILES = 100;

/**
 * Milliseconds by which the next `since` lies in the past: longer than any statement may take, so that a change that
 * was not yet committed is not missed. A change that is sent twice does no harm.
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
   * Everything that changed since the client's versions, read from one snapshot. Changes come in order and in bounded
   * pages, or as an explicit `reset` of a chat: a partial answer never looks complete. Call again while `more`.
   */
  async sync(actor: Actor, input: CommandInput<'sync'>): Promise<SyncedView> {
    const { versions, since, others } = input;
    const userId = requireUserId(actor);
    const newerThan = others === 'all' ? null : others === 'changed' ? (since ?? NEVER) : NEVER;
    const named = Object.entries(versions).map(([chat, version]) => ({ chatId: Number(chat), version }));
    const ids = named.map(({ chatId }) => chatId);
    const read = await this.database.snapshot(async (runner) => {
      const moved = await this.movedSince(runner, actor, since);
      const gone = await goneChats(runner, { userId, chatIds: ids });
      const changed = await changedChats(runner, {
        userId,
        named,
        most: MAX_CHATS + 1,
        newerThan,
        since: since ?? null,
      });
      const page = { changed: firstOf(changed), newest: input.messages };
      const pages = await this.pagesOf(runner, userId, page);
      const { total, totalMentions: mentions, totalUnmuted, badge } = await unreadTotals(runner, userId);
      const unread = { total, mentions, totalUnmuted, badge };
      const there = new Set(pages.map(({ item }) => item.chat.id));
      // `since` does not tell which clearings and blocks were told: they are told once, when there is nothing else.
      const leftOut =
        !page.changed.some(({ onlyByTime }) => onlyByTime) &&
        changed.some(({ chatId }) => !there.has(chatId));
      return { moved, gone, pages, unread, leftOut };
    });
    const { moved, gone, unread, leftOut } = read;
    const chats = await this.chatsOf(actor, read.pages);
    return {
      chats,
      gone,
      more: leftOut || chats.some((chat) => chat.more) || moved.more,
      watermarks: moved.watermarks,
      hidden: moved.hidden,
      memberships: moved.memberships,
      users: moved.users,
      unread,
      now: moved.now,
      // Chats that were left out, and are only found by a time, have to be found again.
      at: leftOut && since !== undefined ? since : moved.at,
    };
  }

  private async pagesOf(
    runner: Runner,
    userId: number,
    { changed, newest }: { changed: readonly ChangedChat[]; newest: number },
  ) {
    if (changed.length === 0) return [];
    const chats = await chatsOfUserByIds(runner, {
      userId,
      chatIds: changed.map(({ chatId }) => chatId),
      bytes: BOUNDS.bytes,
    });
    const messages = new Map<number, ChatMessageRow[]>(chats.map(({ chat }) => [chat.id, []]));
    const read = changed.filter(({ chatId }) => messages.has(chatId));
    const resets = new Set(read.filter(isReset).map(({ chatId }) => chatId));
    const catchUps = read.filter(({ chatId }) => !resets.has(chatId));
    const rows = [
      ...(await newestMessages(runner, {
        userId,
        chatIds: [...resets],
        most: newest,
        bytes: BOUNDS.bytes,
      })),
      ...(await changedMessages(runner, {
        userId,
        chats: catchUps,
        most: BOUNDS.messages + 1,
        bytes: BOUNDS.bytes,
      })),
    ];
    for (const row of rows) messages.get(row.chatId)?.push(Object.assign(row, { size: sentBytes(row) }));
    const items = new Map(chats.map((item) => [item.chat.id, item]));
    const chatsRead = read.map(({ chatId }) => ({
      item: items.get(chatId)!,
      messages: messages.get(chatId) ?? [],
      reset: resets.has(chatId),
    }));
    return pagesWithin(BOUNDS, chatsRead).pages;
  }

  private async chatsOf(actor: Actor, pages: readonly ChatPage[]): Promise<SyncedChat[]> {
    const items = await this.chats.listItems(
      actor,
      pages.map(({ item }) => item),
    );
    const kept = pages.map(({ messages, reset }) => (reset ? newestOf(messages) : messages));
    const shown = await shownTo(this.database, actor.userId, kept.flat());
    return pages.map(({ upTo, reset, more }, index) => {
      const { id: chatId, user1Id, user2Id } = items[index]!;
      const messages = kept[index]!.map((row) => toMessageView(row, { chatId, user1Id, user2Id }, shown));
      return { chat: items[index]!, messages, upTo, reset, more };
    });
  }

  /** Changes that do not change a chat's version: watermarks, and the user's own hidden messages and settings. */
  private async movedSince(runner: Runner, actor: Actor, since: string | undefined) {
    const userId = requireUserId(actor);
    const { at, now } = await momentBefore(runner, OVERLAP_MS);
    if (since === undefined)
      return { watermarks: [], hidden: [], memberships: [], users: [], at, now, more: false };
    const moved = { userId, since, most: MAX_MOVED, settled: at };
    const watermarks = await movedWatermarks(runner, moved);
    const hidden = await hiddenSince(runner, moved);
    const settings = await settingsSince(runner, moved);
    const profiles = await profilesSince(runner, { ...moved, most: MAX_PROFILES });
    // The next call starts at the end of the list that was cut earliest. A list that reaches the overlap is complete.
    const ends = [watermarks, hidden, settings, profiles]
      .filter((list) => list.length >= (list === profiles ? MAX_PROFILES : MAX_MOVED))
      .map((list) => list.at(-1)!.at)
      .filter((end) => end < at);
    return {
      watermarks: watermarks.map(toWatermarkView),
      hidden: hidden.map(({ chatId, messageId }) => ({ chatId, messageId })),
      memberships: settings.map(({ at: _, ...membership }) => membership),
      users: profiles.map(({ user }) =>
        user.id === userId ? user : { ...toPublicView(user, actor), lastSeenAt: null },
      ),
      at: ends.length > 0 ? ends.sort()[0]! : at,
      now,
      more: ends.length > 0,
    };
  }
}

/** The chats of one answer: those of which only a time tells come when there are no others left. */
function firstOf(changed: readonly ChangedChat[]): ChangedChat[] {
  const others = changed.filter(({ onlyByTime }) => !onlyByTime);
  return (others.length > 0 ? others : changed).slice(0, MAX_CHATS);
}

/**
 * A user who was removed and joined again also gets a reset: they may not see what was written in between. So does one
 * who deleted or cleared the chat for themselves, and it is there again.
 */
function isReset({ known, version, joined, cleared }: ChangedChat): boolean {
  if (cleared || known === null || known > version || version - known > MAX_GAP) return true;
  return joined > 1 && known < joined;
}

/** The newest messages that a reset has room for. It may hold fewer than there are: older ones are read as history. */
function newestOf(messages: readonly ChatMessageRow[]): readonly ChatMessageRow[] {
  const newest = [...messages].sort((one, other) => other.seq - one.seq);
  const kept = new Set(newest.slice(0, fittingIn(RESET_BYTES, newest)));
  return kept.size === messages.length ? messages : messages.filter((message) => kept.has(message));
}

function toWatermarkView({
  unread,
  unreadMentions,
  unreadSeq,
  at: _,
  ...mark
}: MovedWatermark): WatermarkView {
  return unread === null || unreadMentions === null || unreadSeq === null
    ? mark
    : { ...mark, unread, unreadMentions, unreadSeq };
}
