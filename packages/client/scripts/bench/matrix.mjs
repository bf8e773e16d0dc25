/**
 * The same work done by matrix-js-sdk, the store of an open chat client that many applications are built on. Its server
 * is played by a `fetch` that answers with objects, so neither the network nor JSON is measured; its events come a
 * thousand in an answer, which is kinder to it than one by one.
 */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { AT, CHATS, EVENTS, LONG, PAGE, ROOMS, heapMb, measured, words } from './workload.mjs';

const installed = createRequire(`${process.env.PEERS}/`);
const load = (name) => import(pathToFileURL(installed.resolve(name)).href);
const sdk = await load('matrix-js-sdk');
const { logger } = await load('matrix-js-sdk/lib/logger.js');
logger.setLevel('silent');

const TIME = Date.parse(AT);
const ME = '@u1:bench';

const state = (type, key, content, id) => ({
  type,
  state_key: key,
  sender: ME,
  event_id: `$${type}-${key}-${id}`,
  origin_server_ts: TIME,
  content,
});

const member = (user, room) =>
  state('m.room.member', `@u${user}:bench`, { membership: 'join', displayname: `user ${user}` }, room);

const stateOf = (room) => [
  state('m.room.create', '', { room_version: '10', creator: ME }, room),
  state('m.room.name', '', { name: `chat ${room}` }, room),
  ...[1, 2, 3].map((user) => member(user, room)),
];

const message = (room, seq) => ({
  type: 'm.room.message',
  sender: '@u2:bench',
  event_id: `$${room}-${seq}`,
  room_id: `!${room}:bench`,
  origin_server_ts: TIME + seq,
  content: { msgtype: 'm.text', body: words(seq) },
});

const joined = (stateEvents, events, from) => ({
  state: { events: stateEvents },
  timeline: { events, limited: stateEvents.length > 0, prev_batch: from },
  ephemeral: { events: [] },
  account_data: { events: [] },
  unread_notifications: {},
  summary: {},
});

const inRooms = (count, room) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`!${index + 1}:bench`, room(index + 1)]));

function played(first) {
  const waiting = [{ next_batch: 's0', rooms: { join: first } }];
  let ask;
  const sync = (body) => {
    if (ask) ask(body);
    else waiting.push(body);
    ask = undefined;
  };
  const older = (from, limit) => {
    const last = from - 1;
    const count = Math.min(limit, last);
    const chunk = Array.from({ length: count }, (_, index) => message(1, last - index));
    return { start: `t${from}`, end: count < last ? `t${from - count}` : undefined, chunk, state: [] };
  };
  const answer = ({ pathname, searchParams }) => {
    const name = pathname.split('/').at(-1);
    if (name === 'sync') return waiting.shift() ?? new Promise((resolve) => (ask = resolve));
    if (name === 'messages') {
      return older(Number(searchParams.get('from').slice(1)), Number(searchParams.get('limit')));
    }
    if (name === 'versions') return { versions: ['v1.1', 'v1.5', 'v1.10'], unstable_features: {} };
    if (name === 'filter') return { filter_id: '1' };
    if (pathname.includes('/pushrules')) {
      return { global: { override: [], content: [], room: [], sender: [], underride: [] } };
    }
    return {};
  };
  const fetchFn = async (url) => {
    const body = await answer(new URL(url));
    const headers = new globalThis.Headers({ 'content-type': 'application/json' });
    return { ok: true, status: 200, headers, json: async () => body, text: async () => JSON.stringify(body) };
  };
  return { fetchFn, sync };
}

/** A client on that server, when it has its rooms. */
async function client(rooms, lastSeq = 0) {
  const { fetchFn, sync } = played(
    inRooms(rooms, (room) => joined(stateOf(room), lastSeq ? [message(room, lastSeq)] : [], `t${lastSeq}`)),
  );
  const began = performance.now();
  const one = sdk.createClient({
    baseUrl: 'http://bench',
    userId: ME,
    accessToken: 'bench',
    deviceId: 'bench',
    fetchFn,
  });
  const prepared = new Promise((resolve) => one.on('sync', (now) => now === 'PREPARED' && resolve()));
  await one.startClient({ lazyLoadMembers: true });
  await prepared;
  return { one, sync, ms: performance.now() - began };
}

await measured({
  async events() {
    const { one, sync } = await client(ROOMS);
    let heard = 0;
    const done = new Promise((resolve) => one.on('Room.timeline', () => ++heard === EVENTS && resolve()));
    const each = 1_000 / ROOMS;
    const began = performance.now();
    for (let nth = 0; nth < EVENTS / 1_000; nth++) {
      const events = (room) =>
        Array.from({ length: each }, (_, index) => message(room, nth * each + index + 1));
      sync({
        next_batch: `s${nth + 1}`,
        rooms: { join: inRooms(ROOMS, (room) => joined([], events(room), 'p')) },
      });
    }
    await done;
    return { usAnEvent: ((performance.now() - began) / EVENTS) * 1000 };
  },

  async long() {
    const before = heapMb();
    const { one } = await client(1, LONG);
    const room = one.getRoom('!1:bench');
    const began = performance.now();
    await one.scrollback(room, PAGE);
    const openMs = performance.now() - began;
    while (room.oldState.paginationToken) await one.scrollback(room, PAGE);
    const scrollMs = performance.now() - began - openMs;
    const heap = heapMb() - before;
    if (room.getLiveTimeline().getEvents().length !== LONG) throw new Error('the beginning was not reached');
    return { openMs, scrollMs, heapMb: heap };
  },

  async cold() {
    const { one, ms } = await client(CHATS, 1);
    if (one.getRooms().length !== CHATS) throw new Error('some rooms are missing');
    return { liveMs: ms, listedMs: ms };
  },
});
