/**
 * What the built client's store costs on this machine: `npm run build` first, then `npm run bench`. It measures and
 * judges nothing. A server sends one person as many events a second as `npm run bench` at the root says.
 */
import { createChat, asUser } from '../dist/index.js';

const EVENTS = 100_000;
const CHATS = 500;
const LONG = 100_000;
const AT = '2026-11-29T08:00:00.000Z';

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
const rows = [];
const report = (what, value) => rows.push({ what, value });

const message = (chatId, seq, version = seq) => ({
  id: chatId * 1_000_000 + seq,
  chatId,
  seq,
  version,
  type: 'text',
  senderId: 2,
  receiverId: null,
  content: `message ${seq} of a length that people write, more or less`,
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
      unread: { total: 0, mentions: 0, badge: 0 },
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

const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

{
  const { one, hear } = await client(20);
  const rooms = Array.from({ length: 20 }, (_, index) => one.open(index + 1));
  await settled();
  const began = performance.now();
  for (let nth = 0; nth < EVENTS; nth++) {
    const seq = Math.floor(nth / 20) + 1;
    hear('newMessage', message((nth % 20) + 1, seq));
    if (nth % 1_000 === 0) await null;
  }
  for (const room of rooms) room.timeline.get();
  const ms = performance.now() - began;
  report(
    `${EVENTS} events to 20 open chats, each timeline read at the end`,
    `${((ms / EVENTS) * 1000).toFixed(1)} µs an event, ${Math.round(EVENTS / ms)} a millisecond`,
  );
  one.stop();
}
{
  const before = heap();
  const { one } = await client(1, LONG);
  const began = performance.now();
  const room = one.open(1);
  while (room.timeline.get().items.length === 0) await settled();
  report(`a chat of ${LONG} messages is open`, `${(performance.now() - began).toFixed(0)} ms`);
  let pages = 0;
  while (room.timeline.get().moreBefore && pages++ < LONG / 50) await room.loadBefore();
  report(`heap after scrolling through all of it`, `${(heap() - before).toFixed(1)} MB`);
  one.stop();
}
{
  const { one, ms } = await client(CHATS);
  const list = one.chats();
  report(`a cold start with ${CHATS} chats is live`, `${ms.toFixed(0)} ms`);
  const began = performance.now();
  while (list.get().items.length < CHATS) await list.loadMore();
  report(`all ${CHATS} are listed`, `${(performance.now() - began).toFixed(0)} ms`);
  one.stop();
}

const width = Math.max(...rows.map(({ what }) => what.length));
for (const { what, value } of rows) console.log(`${what.padEnd(width)}  ${value}`);
