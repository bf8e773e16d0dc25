import type { ChatClient, ChatFilter, ChatListItem, Member, Message, Room } from '@chat-api/client';
import {
  ITEM_FIELDS,
  MESSAGE_FIELDS,
  type PrintedChat,
  type PrintedMessage,
  type PrintedStore,
} from './printed.js';

const REACTION_FIELDS = ['emoji', 'count', 'userIds', 'mine'];
const REPLY_FIELDS = ['messageId', 'seq', 'senderId', 'excerpt', 'deleted'];

/** A newer server says more than this format has. */
const only = <T extends object>(fields: T, names: readonly string[]): T =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => names.includes(name))) as T;

/**
 * What a client of `@chat-api/client` shows an application, as a printed store.
 *
 * @param rooms those that are open: the messages and members that they show are printed too
 * @throws Error when nobody is connected, or a room shows an older part of its chat
 */
export function printClient(client: ChatClient, rooms: Iterable<Room> = []): PrintedStore {
  const me = client.me.get();
  if (!me) throw new Error('The client does not know yet whose it is: wait until its connection is live.');
  const open = new Map([...rooms].map((room) => [room.chatId, room]));
  const listOf = (filter: ChatFilter) => client.chats(filter).get();
  const [inbox, archived] = [listOf('inbox'), listOf('archived')];
  const { total, mentions, totalUnmuted, badge } = client.unread.get();
  return {
    userId: me.id,
    unread: { total, mentions, totalUnmuted, badge },
    inbox: inbox.items.map(({ id }) => id),
    chats: [...inbox.items, ...archived.items].map((item) => chatOf(item, open.get(item.id))),
  };
}

function chatOf(item: ChatListItem, room: Room | undefined): PrintedChat {
  const { lastMessage, otherUser } = item;
  const shown = Object.fromEntries(ITEM_FIELDS.map((name) => [name, item[name as keyof ChatListItem]]));
  const chat: PrintedChat = {
    ...(shown as unknown as PrintedChat),
    lastMessageId: lastMessage?.id ?? null,
    otherUser: otherUser && { id: otherUser.id, name: otherUser.name, avatarUrl: otherUser.avatarUrl },
    ranges: [],
  };
  if (!room) return chat;
  const { items, moreBefore, live } = room.timeline.get();
  if (!live) throw new Error(`The room of chat ${item.id} does not show the newest messages.`);
  const stored = items.filter(({ seq, changing }) => seq !== null && !changing);
  const messages = stored.map(({ message, status }): PrintedMessage => {
    const { reactions, replyTo, ...fields } = message as Message;
    return {
      ...only(fields, MESSAGE_FIELDS),
      reactions: reactions.map((reaction) => only(reaction, REACTION_FIELDS)),
      replyTo: replyTo && only(replyTo, REPLY_FIELDS),
      seen: status === 'seen',
    };
  });
  chat.ranges = [
    { from: moreBefore ? (messages[0]?.seq ?? item.lastSeq + 1) : 1, to: item.lastSeq, messages },
  ];
  chat.members = room.members.get()?.map(memberOf) ?? null;
  return chat;
}

const memberOf = ({ userId, role, silencedUntil, name, avatarUrl, joinedAt }: Member) => ({
  userId,
  role,
  silencedUntil,
  name,
  avatarUrl,
  joinedAt,
});
