/** What this client's store costs: see main.mjs. The server is played here, so that nothing but the client is measured. */
import { createChat, asUser } from '../../dist/index.js';
import { AT, CHATS, EVENTS, LONG, ROOMS, heapMb, measured, settled, words } from './workload.mjs';

const message = (chatId, seq, version = seq) => ({
  id: chatId * 1_000_000 + seq,
  chatId,
  seq,
  version,
  type: 'text',
  senderId: 2,
  receiverId: null,
  content: words(seq),
  seen: false,
  clientId: null,
  replyToId: null,
  replyTo: null,
  metadata: null,
  reactions: [],
  createdAt: AT,
  editedAt: null,
  deletedAt: null,
});

const chat = (id, lastSeq = 0) => ({
  id,
  chatId: id,
  type: 'group',
  user1Id: null,
  user2Id: null,
  title: `chat ${id}`,
  avatarUrl: null,
  metadata: {},
  historyVisible: 'all',
  memberCount: 3,
  membersVersion: 1,
  lastSeq,
  version: lastSeq,
  lastActivityAt: AT,
  createdAt: AT,
  unread: 0,
  unreadMentions: 0,
  mutedUntil: null,
  archivedAt: null,
  pinnedAt: null,
  readSeq: lastSeq,
  unreadSeq: lastSeq,
  role: 'member',
  lastMessage: null,
  otherUser: null,
  otherReadSeq: null,
  otherDeliveredSeq: null,
  blockedByMe: false,
  canSend: true,
  cursor: String(id),
});

/** A client on a server that is played here: `chats` in its list, and pages of a long chat. */
async function client(chats, lastSeq = 0) {
  let heard;
  const list = Array.from({ length: chats }, (_, index) => chat(index + 1, lastSeq));
  const answers = {
    sync: () => ({
      chats: [],
      gone: [],
      more: false,
      watermarks: [],
      hidden: [],
      memberships: [],
      users: [],
      unread: { total: 0, mentions: 0, totalUnmuted: 0, badge: 0 },
      now: AT,
      at: AT,
    }),
    getChats: ({ filter, before }) => {
      const from = filter === 'pinned' ? list.length : before ? Number(before) : 0;
      return { chats: list.slice(from, from + 50), more: from + 50 < list.length };
    },
    getMessages: ({ chatId, before = lastSeq + 1, limit }) => {
      const first = Math.max(1, before - limit);
      const messages = Array.from({ length: before - first }, (_, index) => message(chatId, first + index));
      const moreBefore = first > 1;
      const moreAfter = before <= lastSeq;
      return { chatId, messages, more: moreBefore, moreBefore, moreAfter, lastSeq, version: lastSeq };
    },
  };
  const transport = {
    open: (_auth, listener) => {
      heard = listener;
      return {
        ask: async (command, input) => ({ ok: true, data: answers[command]?.(input) ?? {} }),
        close: () => undefined,
      };
    },
  };
  const one = createChat({ url: 'http://bench', auth: asUser(1), transport, delivered: false });
  const began = performance.now();
  one.start();
  await settled();
  heard.event('ready', { user: { id: 1, name: null }, now: AT, protocol: 1 });
  while (one.connection.get().state !== 'live') await settled();
  return { one, hear: (name, body) => heard.event(name, body), ms: performance.now() - began };
}

await measured({
  async events() {
    const { one, hear } = await client(ROOMS);
    const rooms = Array.from({ length: ROOMS }, (_, index) => one.open(index + 1));
    await settled();
    const began = performance.now();
    for (let nth = 0; nth < EVENTS; nth++) {
      hear('newMessage', message((nth % ROOMS) + 1, Math.floor(nth / ROOMS) + 1));
      if (nth % 1_000 === 0) await null;
    }
    for (const room of rooms) room.timeline.get();
    const ms = performance.now() - began;
    one.stop();
    return { usAnEvent: (ms / EVENTS) * 1000 };
  },

  async long() {
    const before = heapMb();
    const { one } = await client(1, LONG);
    const began = performance.now();
    const room = one.open(1);
    while (room.timeline.get().items.length === 0) await settled();
    const openMs = performance.now() - began;
    while (room.timeline.get().moreBefore) await room.loadBefore();
    const scrollMs = performance.now() - began - openMs;
    const heap = heapMb() - before;
    const oldest = room.timeline.get().items[0].seq;
    if (oldest !== 1) throw new Error(`the beginning was not reached: ${oldest}`);
    one.stop();
    return { openMs, scrollMs, heapMb: heap };
  },

  async cold() {
    const { one, ms } = await client(CHATS);
    const list = one.chats();
    const began = performance.now();
    while (list.get().items.length < CHATS) await list.loadMore();
    one.stop();
    return { liveMs: ms, listedMs: ms + performance.now() - began };
  },
});
