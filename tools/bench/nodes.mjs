/**
 * The cost of several nodes: `node scripts/build.mjs && node tools/bench/nodes.mjs`. Needs redis-server.
 *
 *   --burst <n>         messages in a turn of the event loop (64)
 *   --interval <ms>     from one such turn to the next (8)
 *   --seconds <s>       measured time (4)
 *
 * One node publishes messages of direct chats, each to the rooms of two users: the sender is on this node, the receiver
 * on one of the others. It uses no sockets and no database, so it measures only the adapter: CPU of each process and of
 * Redis for each message, at a fixed rate, for this product's adapter and for Socket.IO's sharded one. Exits with 1
 * when a message was not delivered, because a lost message costs nothing.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { redisUrl } from '../../dist/config/redis-url.js';
import { Bus } from '../../dist/common/bus.js';
import { MemoryBroker } from '../../dist/delivery/broker/memory-broker.js';
import { RedisBroker } from '../../dist/delivery/broker/redis-broker.js';
import { Publisher } from '../../dist/delivery/publisher.js';
import { SocketServer } from '../../dist/delivery/socket-server.js';
import { createParser } from '../../dist/sockets/wire/parser.js';
import { RedisLink } from '../../dist/redis/redis-link.js';

const PEOPLE = 400;
/** How long to wait for the last messages after the last send. */
const DELIVERED_WITHIN_MS = 5_000;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    burst: { type: 'string', default: '64' },
    interval: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '4' },
  },
});
const [BURST, EVERY_MS, SECONDS] = [flags.burst, flags.interval, flags.seconds].map((text) => {
  if (Number(text) > 0) return Number(text);
  throw new Error(`expected a number above 0, got ${text}`);
});
const TURNS = Math.ceil((SECONDS * 1_000) / EVERY_MS);
const MESSAGES = TURNS * BURST;

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

/** The server and its way to publish: that of the product, or that of a gateway over Socket.IO's adapter. */
async function subjectOf(kind, port) {
  const url = `redis://127.0.0.1:${port}`;
  if (kind === 'ours' || kind === 'floor') {
    const link = kind === 'ours' ? new RedisLink(redisUrl(url), 'bench') : null;
    const broker = link ? new RedisBroker(link, 'bench') : new MemoryBroker();
    const bus = new Bus();
    const sockets = new SocketServer(broker, bus);
    const server = sockets.create(createHttpServer(), { parser: createParser() }, { flush: () => undefined });
    await link?.whenUp(5_000);
    broker.start(sockets.rooms, {
      restored: async () => undefined,
      missed: () => undefined,
      lost: () => undefined,
    });
    const publisher = new Publisher(sockets, bus);
    return { server, publish: (message, users) => publisher.publish('newMessage', message, { users }) };
  }
  const [pub, sub] = [new Redis(port), new Redis(port)];
  await Promise.all([whenReady(pub), whenReady(sub)]);
  const adapter = createShardedAdapter(pub, sub, { subscriptionMode: 'dynamic' });
  const server = new Server({ adapter, parser: createParser() });
  return { server, publish: publisherOver(server.of('/').adapter, kind === 'stock, a room each') };
}

function publisherOver(adapter, eachRoom) {
  return (message, users) => {
    const rooms = users.map((person) => `user:${person}`);
    for (const group of eachRoom ? rooms.map((room) => [room]) : [rooms]) {
      adapter.broadcast(
        { type: 2, data: ['newMessage', message] },
        { rooms: new Set(group), except: new Set(), flags: {} },
      );
    }
  };
}

async function node() {
  Logger.overrideLogger(false);
  const [, kind, port, index, count] = positionals;
  const own = Number(index);
  const { server, publish } = await subjectOf(kind, Number(port));
  const nsp = server.of('/');
  let delivered = 0;
  const client = { writeToEngine: () => delivered++ };
  for (let person = 0; person < PEOPLE; person++) {
    const home = person % 2 === 0 ? 0 : 1 + (((person - 1) / 2) % (Number(count) - 1));
    if (home !== own) continue;
    const id = `socket-${person}`;
    const connection = { mark: 0, send: () => delivered++ };
    nsp.sockets.set(id, { id, client, data: { connection }, notifyOutgoingListeners: () => undefined });
    await nsp.adapter.addAll(id, new Set([id, `user:${person}`]));
  }
  await pause(500);
  let cpu = process.cpuUsage();
  process.on('message', async (message) => {
    if (message === 'warm up') {
      // Warm-up: compilation does not count.
      if (own === 0) await publishAll(publish, Math.ceil(TURNS / 4));
      process.send('warm');
    } else if (message === 'measure') {
      cpu = process.cpuUsage();
      delivered = 0;
      process.send('measuring');
    } else if (message === 'publish') {
      await publishAll(publish, TURNS);
      process.send('sent');
    } else if (message === 'tell') {
      const { user, system } = process.cpuUsage(cpu);
      process.send({ micros: user + system, delivered });
    } else process.exit();
  });
  process.send('ready');
}

async function publishAll(publish, turns) {
  const began = performance.now();
  for (let turn = 1; turn <= turns; turn++) {
    for (let i = 0; i < BURST; i++) {
      const sent = turn * BURST + i;
      const person = (sent * 2) % PEOPLE;
      publish(view(sent), [person, person + 1]);
    }
    await pause(Math.max(0, began + turn * EVERY_MS - performance.now()));
  }
}

/** The next message of the child; rejects when the child ends first. */
const said = (child) =>
  new Promise((resolve, reject) => {
    const ended = (code) => reject(new Error(`a node ended (${code})`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message);
    });
  });

const ask = (children, what) =>
  Promise.all(
    children.map((child) => {
      const answer = said(child);
      child.send(what);
      return answer;
    }),
  );

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
  const stop = () => server.kill();
  process.once('exit', stop);
  const redis = new Redis(port);
  await whenReady(redis);
  const file = fileURLToPath(import.meta.url);
  const how = ['--burst', BURST, '--interval', EVERY_MS, '--seconds', SECONDS];
  const children = Array.from({ length: count }, (_, i) =>
    fork(file, ['node', kind, port, i, count, ...how].map(String)),
  );
  await Promise.all(children.map(said));
  await ask(children, 'warm up');
  await pause(200);
  await ask(children, 'measure');
  const before = await redisCpu(redis);
  await ask(children.slice(0, 1), 'publish');
  const deadline = performance.now() + DELIVERED_WITHIN_MS;
  let told;
  let delivered;
  do {
    await pause(500);
    told = await ask(children, 'tell');
    delivered = told.slice(1).reduce((sum, reader) => sum + reader.delivered, 0);
  } while (count > 1 && delivered < MESSAGES && performance.now() < deadline);
  const cost = (await redisCpu(redis)) - before;
  for (const child of children) child.send('exit');
  redis.disconnect();
  stop();
  process.off('exit', stop);
  const [publisher, ...readers] = told;
  const all = readers.reduce((sum, { micros }) => sum + micros, 0);
  const each = (micros) => (micros / MESSAGES).toFixed(1).padStart(7);
  console.log(
    `${kind.padEnd(20)} nodes: ${count}, publisher ${each(publisher.micros)}, all others ${each(all)}, ` +
      `Redis ${each(cost)} µs a message; ${delivered} of ${MESSAGES} delivered`,
  );
  if (count === 1 || delivered === MESSAGES) return;
  console.error(`WRONG: ${kind}, ${count} nodes: ${delivered} delivered of ${MESSAGES} sent`);
  process.exitCode = 1;
}

if (positionals[0] === 'node') await node();
else {
  await measure('floor', 1);
  for (const count of [2, 3, 5]) {
    for (const kind of ['ours', 'stock', 'stock, a room each']) await measure(kind, count);
  }
  process.exit();
}
