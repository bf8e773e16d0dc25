import type { Connection } from './connection.js';
import type { ChatListItem } from './contract.gen.js';
import { quiet } from './room.js';
import type { Readable } from './store/readable.js';
import type { ChatFilter, Store } from './store/store.js';

const PAGE = 50;

/** Chats by a filter: pinned ones first, then by their latest activity. */
export interface ChatList extends Readable<ChatListView> {
  /** Reads more of them. */
  loadMore: () => Promise<void>;
}

export interface ChatListView {
  items: readonly ChatListItem[];
  /** Whether the server has more. */
  more: boolean;
  loading: boolean;
}

/** The chats of the store by a filter, and reads page after page of them. */
export function chatList(store: Store, link: Connection, filter: ChatFilter): ChatList {
  let cursor: string | null = null;
  let more = true;
  let loading: Promise<void> | null = null;
  const cell = store.cell<ChatListView>(['list', `list:${filter}`], () => ({
    items: store.list(filter),
    more,
    loading: loading !== null,
  }));
  const read = async () => {
    const before = cursor === null ? {} : { before: cursor };
    const page = await link.ask('getChats', { filter, limit: PAGE, page: true, ...before });
    const chats = 'chats' in page ? page.chats : page;
    more = 'chats' in page && page.more;
    cursor = chats.at(-1)?.cursor ?? cursor;
    store.apply.list(chats);
  };
  const loadMore = () => {
    loading ??= link.again(read).finally(() => {
      loading = null;
      cell.invalidate();
    });
    cell.invalidate();
    return quiet(loading);
  };
  return Object.assign(cell, { loadMore });
}
