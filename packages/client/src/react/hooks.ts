import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ChatListView } from '../lists.js';
import type { ConnectionView } from '../connection.js';
import type { Account, Member, Presence, User } from '../contract.gen.js';
import { type ChatError, toChatError } from '../errors.js';
import type { Entry } from '../outbox.js';
import type { Room, Seen } from '../room.js';
import type { Readable } from '../store/readable.js';
import { noUnread, type Unread } from '../store/state.js';
import type { ChatFilter } from '../store/store.js';
import { emptyTimeline, type Timeline } from '../store/timeline.js';
import { useChat } from './provider.js';

/** Where a chat is: its id, or the user with whom one has a direct chat, which need not be there yet. */
export type Where = number | { direct: number };

/** What is known where a server renders, and until the server's HTML is hydrated. */
const STOPPED: ConnectionView = { state: 'stopped', since: 0, retryAt: null, error: null };
const NO_CHATS: ChatListView = { items: [], more: true, loading: false };
const NOTHING: readonly Entry[] = [];

/**
 * What a Readable holds; renders again when it changes, and not for anything else. `empty` is what a server renders: by
 * default what it holds there, which has to be the same until the server's HTML is hydrated.
 */
export function useReadable<T>(readable: Readable<T>, empty?: T): T {
  const subscribe = useCallback((listener: () => void) => readable.subscribe(listener), [readable]);
  const get = useCallback(() => readable.get(), [readable]);
  return useSyncExternalStore(subscribe, get, empty === undefined ? get : () => empty);
}

/** How the connection is. */
export function useConnection(): ConnectionView {
  return useReadable(useChat().connection, STOPPED);
}

/** Who is signed in; null: not known yet. */
export function useMe(): Account | null {
  return useReadable(useChat().me, null);
}

/** Unread messages of all chats. */
export function useUnread(): Unread {
  return useReadable(useChat().unread, noUnread);
}

/** Chats by a filter, with `loadMore`. */
export function useChats(filter: ChatFilter = 'inbox'): ChatListView & { loadMore: () => Promise<void> } {
  const list = useChat().chats(filter);
  const view = useReadable(list, NO_CHATS);
  return useMemo(() => ({ ...view, loadMore: list.loadMore }), [view, list]);
}

/**
 * A chat that is open as long as the component is there. What can be done in it is done by the room; what is in it is
 * read by the other hooks.
 */
export function useRoom(where: Where): Room {
  const client = useChat();
  const [chatId, userId] = typeof where === 'number' ? [where, null] : [null, where.direct];
  const room = useMemo(() => client.room({ chatId, userId }), [client, chatId, userId]);
  useEffect(() => {
    room.use();
    return () => room.close();
  }, [room]);
  return room;
}

/** The messages of a chat. */
export function useTimeline(where: Where): Timeline {
  return useReadable(useRoom(where).timeline, emptyTimeline);
}

/** The members of a chat; null: not loaded yet. */
export function useMembers(where: Where): readonly Member[] | null {
  return useReadable(useRoom(where).members, null);
}

const NOBODY: readonly number[] = [];

/** Ids of those who type now. It does not open the chat. */
export function useTyping(where: Where): readonly number[] {
  const client = useChat();
  const [chatId, userId] = typeof where === 'number' ? [where, null] : [null, where.direct];
  const typing = useMemo(
    () => client.typing(userId === null ? chatId : { direct: userId }),
    [client, chatId, userId],
  );
  return useReadable(typing, NOBODY);
}

/** Who has seen and received the message with this seq. */
export function useReceipts(where: Where, seq: number): Seen {
  const room = useRoom(where);
  const timeline = useReadable(room.timeline, emptyTimeline);
  // Receipts move with the timeline, which is new whenever one has come.
  return useMemo(
    () => (timeline ? room.receipts(seq) : { seenBy: NOBODY, deliveredTo: NOBODY }),
    [room, seq, timeline],
  );
}

/** A user; null: not known yet, or nobody whom one finds. */
export function useUser(id: number): User | null {
  return useReadable(useChat().user(id), null);
}

/** Whether a user is online; null: not known yet. */
export function usePresence(id: number): Presence | null {
  return useReadable(useChat().presence(id), null);
}

/** What was begun to be written in a chat, and the way to change it. */
export function useDraft(where: Where): [text: string, set: (text: string) => void] {
  const client = useChat();
  const key = typeof where === 'number' ? where : `u${where.direct}`;
  const draft = useMemo(() => client.draft(key), [client, key]);
  return [useReadable<string>(draft, ''), draft.set];
}

/** What waits to be sent, or was refused. */
export function useOutbox(): readonly Entry[] {
  return useReadable(useChat().outbox, NOTHING);
}

export interface Search {
  /** Whose names begin with what is sought; null: nothing is sought, or the first answer is not here yet. */
  users: readonly User[] | null;
  loading: boolean;
  error: ChatError | null;
}

const NOTHING_SOUGHT: Search = { users: null, loading: false, error: null };

/** Milliseconds without a key before the server is asked. */
const PAUSE_MS = 150;

/** People by the beginnings of the words of their names, as one types them. Answers to earlier texts are dropped. */
export function useSearch(q: string): Search {
  const client = useChat();
  const [search, setSearch] = useState(NOTHING_SOUGHT);
  const sought = q.trim();
  useEffect(() => {
    if (sought === '') {
      setSearch(NOTHING_SOUGHT);
      return undefined;
    }
    let dropped = false;
    const ask = async () => {
      try {
        const users = await client.call('searchUsers', { q: sought });
        if (!dropped) setSearch({ users, loading: false, error: null });
      } catch (fault) {
        if (!dropped) setSearch({ users: null, loading: false, error: toChatError(fault) });
      }
    };
    setSearch(({ users }) => ({ users, loading: true, error: null }));
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [client, sought]);
  return search;
}
