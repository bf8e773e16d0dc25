import type { ChatListItem } from '../src/contract.gen.js';
import type { ChatState } from '../src/store/state.js';
import type { Store } from '../src/store/store.js';

/**
 * What a store has, in the format in which the conformance kit of `@chat-api/testing` compares stores: as much of it as
 * is in the store without a connection. Chats by id.
 */
export function printState(store: Store) {
  const { state } = store;
  const me = state.me!.id;
  const chats = [...state.chats.values()].filter(({ cleared }) => !cleared);
  return {
    userId: me,
    unread: { ...state.unread },
    inbox: store.list('inbox').map(({ id }) => id),
    chats: chats
      .sort((one, other) => one.id - other.id)
      .map((chat) => printChat(chat, store.item(chat.id)!, me)),
  };
}

function printChat({ ranges, marks, members }: ChatState, item: ChatListItem, me: number) {
  const { lastMessage, ...fields } = item;
  const read = Math.max(0, ...[...marks.values()].map(({ readSeq }) => readSeq));
  return {
    ...fields,
    lastMessageId: lastMessage?.id ?? null,
    members: members && [...members.values()].sort((one, other) => one.userId - other.userId),
    ranges: ranges.map(({ from, to, messages }) => ({
      from,
      to,
      messages: messages.map((message) => ({
        ...message,
        seen: message.senderId === me && (message.seen || message.seq <= read),
      })),
    })),
  };
}
