import { Injectable } from '@nestjs/common';
import { membersOf } from '../chats/audience.js';
import { lockChat } from '../chats/membership.queries.js';
import { Bus } from '../common/bus.js';
import { Database } from '../database/database.js';
import { Publisher } from '../delivery/publisher.js';
import { awaitUnreadMarks, notSeenBy } from '../messages/changes/change.queries.js';
import { addCount, countKept, type Leased } from './erasures.queries.js';
import type { Part } from './erasure-steps.js';
import { emptyAll, messagesOf, type Own, removeEarlierWords, uncountAll } from './messages.queries.js';

/** Messages of a part, in however many chats. */
const AT_ONCE = 200;

/** Most messages of one chat that are emptied under its lock. */
const IN_CHAT = 100;

/** Most of them whose events are all sent. Of more only the last is: clients see that others are missing, and sync. */
const TOLD = 20;

/** Most clients that are made to sync in a second. */
const SYNCS_PER_SECOND = 500;

/** What a person has written. */
@Injectable()
export class OwnMessages {
  constructor(
    private readonly database: Database,
    private readonly publisher: Publisher,
    private readonly bus: Bus,
  ) {}

  /** Empties some of the person's messages, or with `keep` removes only what they said before an edit or a deletion. */
  async erase({ id, userId, messages, cursor }: Leased): Promise<Part> {
    const own = await messagesOf(this.database, { userId, after: cursor, most: AT_ONCE });
    let restMs = 0;
    if (messages === 'erase') {
      for (const [chatId, ids] of byChat(own)) restMs += await this.empty(id, chatId, ids);
    }
    await this.database.transaction(async (tx) => {
      await removeEarlierWords(
        tx,
        own.map((message) => message.id),
      );
      const last = own.at(-1)?.key;
      // What is kept looks the same the next time, unlike what was emptied: only the cursor says that it was counted.
      if (messages === 'keep' && last !== undefined)
        await countKept(tx, { id, cursor, last, more: own.length });
    });
    return { next: own.length < AT_ONCE ? null : own.at(-1)!.key, restMs };
  }

  /** Returns how long clients need to follow, in milliseconds. */
  private async empty(erasureId: number, chatId: number, ids: readonly number[]): Promise<number> {
    const done = await this.database.transactionInChat(chatId, async (tx) => {
      const chat = await lockChat(tx, chatId);
      // A deleted chat: its messages are about to be removed.
      if (!chat) return null;
      await awaitUnreadMarks(tx, chatId);
      const late = await uncountAll(tx, { chatId, ids });
      const emptied = (await emptyAll(tx, { chatId, ids })).sort((one, other) => one.version - other.version);
      await addCount(tx, { id: erasureId, of: 'messages', more: emptied.length });
      const told = emptied.length > TOLD ? emptied.slice(-1) : emptied;
      const events = [];
      for (const one of told) events.push({ ...one, without: await notSeenBy(tx, { chatId, seq: one.seq }) });
      return { chat, late, events, isTold: told.length === emptied.length };
    });
    if (!done) return 0;
    const { chat, late, events, isTold } = done;
    for (const { without, ...deleted } of events) {
      const audience = { ...membersOf({ ...chat, chatId }, null), without };
      this.publisher.publish('messageDeleted', { chatId, for: 'everyone', ...deleted }, audience);
    }
    this.bus.emit('unreadChanged', { chatId, userIds: late });
    return isTold ? 0 : Math.ceil((chat.memberCount * 1_000) / SYNCS_PER_SECOND);
  }
}

/** The messages of each chat, so many at a time, by id of the chat. */
function byChat(own: readonly Own[]): [chatId: number, ids: number[]][] {
  const chats = new Map<number, number[]>();
  for (const { id, chatId } of own) chats.set(chatId, [...(chats.get(chatId) ?? []), id]);
  return [...chats]
    .sort(([one], [other]) => one - other)
    .flatMap(([chatId, ids]) => {
      const parts: [number, number[]][] = [];
      for (let from = 0; from < ids.length; from += IN_CHAT)
        parts.push([chatId, ids.slice(from, from + IN_CHAT)]);
      return parts;
    });
}
