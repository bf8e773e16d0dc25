import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Server } from 'socket.io';
import { announce, serve } from '../ipc.js';
import { Histogram } from '../load/histogram.js';
import type { ReadParams, ReadResult, Reading } from '../load/operations.js';
import { anySeq } from '../load/read-load.js';
import { CHAT_LIST, HISTORY_PAGE } from './reads.sql.js';

/**
 * The floors of the reads. By the `read` operation: bare prepared SQL from this process, over the requested number of
 * connections. By Socket.IO: the same SQL, its rows sent as they are, which adds only the cost of carrying them to a
 * client.
 */

export interface SqlOperations {
  read: { params: ReadParams; result: ReadResult };
}

type Ack = (answer: { ok: true; data?: unknown }) => void;

const connectionString = process.env['DATABASE_URL'];
const pool = new pg.Pool({ connectionString, max: 16 });

function historyPage(chatId: number, before: number, limit: number): pg.QueryConfig {
  return { name: 'history', text: HISTORY_PAGE, values: [chatId, before, limit] };
}

function chatList(userId: number): pg.QueryConfig {
  return { name: 'chats', text: CHAT_LIST, values: [userId] };
}

function queryOf(reading: Reading): pg.QueryConfig {
  if (reading.kind === 'chatList') return chatList(reading.userId);
  return historyPage(reading.chatId, anySeq(reading), reading.limit);
}

serve<SqlOperations>({
  read: async ({ reading, connections, warmupMs, windowMs }) => {
    const clients = await Promise.all(Array.from({ length: connections }, () => pool.connect()));
    const latency = new Histogram();
    let reads = 0;
    let rows = 0;
    let running = true;
    let measuring = false;
    const loops = Promise.all(
      clients.map(async (client) => {
        while (running) {
          const start = performance.now();
          rows = (await client.query(queryOf(reading))).rows.length;
          if (!measuring) continue;
          latency.record(performance.now() - start);
          reads++;
        }
      }),
    );
    await sleep(warmupMs);
    measuring = true;
    const start = performance.now();
    await sleep(windowMs);
    const measuredMs = performance.now() - start;
    running = false;
    await loops;
    for (const client of clients) client.release();
    return {
      readsPerSecond: (reads * 1000) / measuredMs,
      latency: latency.percentiles(),
      rows,
      bytes: 0,
      // A failing statement fails the run.
      faults: { errors: {}, unanswered: 0, lostConnections: 0 },
    };
  },
});

const http = createServer();
const io = new Server(http, { transports: ['websocket'] });

io.on('connection', (socket) => {
  socket.on('userOnline', (_userId: number, ack: Ack) => ack({ ok: true }));
  socket.on(
    'getMessages',
    async ({ chatId, before, limit }: { chatId: number; before: number; limit: number }, ack: Ack) => {
      ack({ ok: true, data: (await pool.query(historyPage(chatId, before, limit))).rows });
    },
  );
  socket.on('getChats', async ({ userId }: { userId: number }, ack: Ack) => {
    ack({ ok: true, data: (await pool.query(chatList(userId))).rows });
  });
});

http.listen(0, '127.0.0.1', () => {
  const address = http.address();
  if (address !== null && typeof address === 'object') announce(address.port);
});
