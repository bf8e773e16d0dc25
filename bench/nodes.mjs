/**
 * What it costs that there are several nodes: `node scripts/build.mjs && node bench/nodes.mjs`. Needs redis-server.
 *
 * One node publishes messages of direct chats, each to the rooms of two people: the sender's is here, the receiver's at
 * one of the other nodes. No sockets and no database: what is measured is the adapter. CPU of each process and of Redis
 * for each message, at a fixed rate, for this product's adapter and for Socket.IO's sharded one.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { redisUrl } from '../dist/config/redis-url.js';
import { LocalAdapter } from '../dist/realtime/local-adapter.js';
import { Relay } from '../dist/realtime/nodes/relay.js';
import { RelayedAdapter } from '../dist/realtime/nodes/relayed-adapter.js';
import { Encoded } from '../dist/realtime/wire/encoded.js';
import { createParser } from '../dist/realtime/wire/parser.js';
import { RedisLink } from '../dist/redis/redis-link.js';

const PEOPLE = 400;
const BURST = 16;
const EVERY_MS = 4;
const SECONDS = 4;
const MESSAGES = (SECONDS * 1_000 * BURST) / EVERY_MS;

const view = (id) => ({
  id,
  chatId: 77,
  seq: id,
  version: id + 1,
  senderId: 1,
  receiverId: 2,
  content: 'Shall we meet at the station at six, or is that too early for you?',
  clientId: '3c1ad0f2-6f0b-4a57-9f42-1f6f2a1f8a11',
  replyToId: null,
  metadata: null,
  reactions: [],
  createdAt: '2026-11-22T16:20:21.500Z',
  editedAt: null,
  deletedAt: null,
  seen: false,
});

function whenReady(redis) {
  redis.on('error', () => undefined);
  return new Promise((resolve) => redis.once('ready', resolve));
}

async function adapterOf(kind, port) {
  if (kind === 'floor') return new Server({ adapter: LocalAdapter, parser: createParser() }).of('/');
  const url = `redis://127.0.0.1:${port}`;
  let ready;
  let adapter;
  if (kind === 'ours') {
    const link = new RedisLink(redisUrl(url), 'bench');
    const relay = new Relay(link, 'bench', { restored: async () => undefined });
    ready = link.whenUp(5_000);
    adapter = function (nsp) {
      return new RelayedAdapter(nsp, relay, () => undefined);
    };
  } else {
    const [pub, sub] = [new Redis(port), new Redis(port)];
    ready = Promise.all([whenReady(pub), whenReady(sub)]);
    adapter = createShardedAdapter(pub, sub, { subscriptionMode: 'dynamic' });
  }
  await ready;
  const server = new Server({ adapter, parser: createParser() });
  return server.of('/');
}

async function node() {
  Logger.overrideLogger(false);
  const [, , , kind, port, index, count] = process.argv;
  const own = Number(index);
  const nsp = await adapterOf(kind, Number(port));
  let delivered = 0;
  const client = { writeToEngine: () => delivered++ };
  for (let person = 0; person < PEOPLE; person++) {
    const home = person % 2 === 0 ? 0 : 1 + (((person - 1) / 2) % (Number(count) - 1));
    if (home !== own) continue;
    const id = `socket-${person}`;
    nsp.sockets.set(id, { id, client, notifyOutgoingListeners: () => undefined });
    await nsp.adapter.addAll(id, new Set([id, `user:${person}`]));
  }
  await pause(500);
  process.send('ready');
  let cpu = process.cpuUsage();
  process.on('message', async (message) => {
    if (message === 'begin') {
      cpu = process.cpuUsage();
      delivered = 0;
      if (own !== 0) return;
      await publish(kind, nsp.adapter, MESSAGES / 4);
      // Warm by now: what was compiled meanwhile does not count.
      process.send('warm');
    } else if (message === 'measure') {
      cpu = process.cpuUsage();
      delivered = 0;
      if (own === 0) await publish(kind, nsp.adapter, MESSAGES).then(() => process.send('sent'));
    } else if (message === 'end') {
      const { user, system } = process.cpuUsage(cpu);
      process.send({ micros: user + system, delivered });
    } else process.exit();
  });
}

async function publish(kind, adapter, messages) {
  const began = performance.now();
  for (let sent = 0; sent < messages;) {
    for (let i = 0; i < BURST; i++, sent++) {
      const pair = (sent * 2) % PEOPLE;
      const rooms = [`user:${pair}`, `user:${pair + 1}`];
      const payload = kind === 'ours' || kind === 'floor' ? Encoded.of(view(sent)) : view(sent);
      const groups = kind === 'stock, a room each' ? rooms.map((room) => [room]) : [rooms];
      for (const group of groups) {
        adapter.broadcast(
          { type: 2, data: ['newMessage', payload] },
          { rooms: new Set(group), except: new Set(), flags: {} },
        );
      }
    }
    await pause(Math.max(0, began + (sent / BURST) * EVERY_MS - performance.now()));
  }
}

const said = (child, what) =>
  new Promise((resolve) => child.on('message', (message) => what(message) && resolve(message)));

async function redisCpu(redis) {
  const info = await redis.info('cpu');
  const seconds = (name) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)[1]);
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
}

async function measure(kind, count) {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  const server = spawn('redis-server', ['--port', port, '--save', '', '--bind', '127.0.0.1'], {
    stdio: 'ignore',
  });
  process.once('exit', () => server.kill());
  const redis = new Redis(port);
  await whenReady(redis);
  const file = fileURLToPath(import.meta.url);
  const children = Array.from({ length: count }, (_, i) => fork(file, ['node', kind, port, i, count]));
  await Promise.all(children.map((child) => said(child, (message) => message === 'ready')));
  const warm = said(children[0], (message) => message === 'warm');
  for (const child of children) child.send('begin');
  await warm;
  await pause(200);
  const before = await redisCpu(redis);
  const sent = said(children[0], (message) => message === 'sent');
  for (const child of children) child.send('measure');
  await sent;
  await pause(500);
  const results = await Promise.all(
    children.map((child) => {
      const result = said(child, (message) => typeof message === 'object');
      child.send('end');
      return result;
    }),
  );
  const cost = (await redisCpu(redis)) - before;
  for (const child of children) child.send('exit');
  redis.disconnect();
  server.kill();
  const [publisher, ...readers] = results;
  const all = readers.reduce((sum, { micros }) => sum + micros, 0);
  const delivered = readers.reduce((sum, reader) => sum + reader.delivered, 0);
  const each = (micros) => (micros / MESSAGES).toFixed(1).padStart(7);
  console.log(
    `${kind.padEnd(20)} ${count} nodes: publisher ${each(publisher.micros)}, all others ${each(all)}, ` +
      `Redis ${each(cost)} µs a message; ${delivered} of ${MESSAGES} delivered`,
  );
}

if (process.argv[2] === 'node') await node();
else {
  await measure('floor', 2);
  for (const count of [2, 3, 5]) {
    for (const kind of ['ours', 'stock', 'stock, a room each']) await measure(kind, count);
  }
  process.exit();
}
