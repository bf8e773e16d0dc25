import { io, type Socket } from 'socket.io-client';
import webPush from 'web-push';
import type { CreatedWebhookView, MessageView } from '../../src/contract/index.js';
import { type Node, ownNodes } from '../support/programs.js';
import { pushVariables, WebPushService } from '../support/push-services.js';
import { Receiver, SENDS_WEBHOOKS } from '../support/receiver.js';
import { pause, standstills } from '../support/time.js';
import { eventually, World } from '../support/world.js';

jest.setTimeout(180_000);

/** What is promised: so long after a node has died or frozen, another one does its work. */
const TAKEN_OVER_WITHIN_MS = 15_000;

/** Webhooks, more than are leased at once; with the inbox, pushes and what is due they are 60. */
const WEBHOOKS = 57;

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

posixOnly('The work of a node that dies or freezes, with the default lease', () => {
  const own = ownNodes();
  const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:operator@example.com' };
  const nodes: Node[] = [];
  const sockets: Socket[] = [];
  let receiver: Receiver;
  let web: WebPushService;

  beforeAll(async () => {
    [receiver, web] = await Promise.all([Receiver.start(), WebPushService.start(vapid)]);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    for (const { program } of nodes) {
      program.kill('SIGCONT');
      program.end();
    }
    await Promise.all([receiver.stop(), web.stop()]);
  });

  const { INBOX: _, SINK_POLL_MS: __, ...pushes } = pushVariables(vapid);
  const start = async () => {
    const node = await own.start({ ...pushes, PUSH_GATHER_MS: '250', WEB: 'off' });
    nodes.push(node);
    return node;
  };
  const holders = async () => {
    const { rows } = await own.sql.query<{ holder: string }>(
      `SELECT DISTINCT "leasedBy" AS holder FROM sinks WHERE "leasedUntil" > clock_timestamp()`,
    );
    return rows.map(({ holder }) => holder);
  };
  const connected = async ({ sockets: url }: Node, userId: number): Promise<Socket> => {
    const socket = io(url, { transports: ['websocket'], forceNew: true, auth: { userId } });
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  };
  const ask = async <T>(socket: Socket, command: string, data: object): Promise<T> => {
    const answer = (await socket.timeout(20_000).emitWithAck(command, data)) as { ok: boolean; data: T };
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    return answer.data;
  };

  it('is done by another one within 15 s: all 60 sinks, the inbox and pushes among them', async () => {
    const first = await start();
    // They are added as the application adds them, and their rows multiplied.
    await fetch(`${first.rest}/webhooks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url, events: ['newMessage', 'notification.due'] }),
    }).then(async (response) => (await response.json()) as CreatedWebhookView);
    await own.sql.query(
      `INSERT INTO webhooks (url, events, secrets)
       SELECT url || '/' || nth, events, secrets FROM webhooks CROSS JOIN generate_series(2, ${WEBHOOKS}) nth`,
    );
    await own.sql.query(
      `INSERT INTO sinks (name, "messageId", "outboxId") SELECT 'webhook:' || id, 0, 0 FROM webhooks
       ON CONFLICT DO NOTHING`,
    );
    const held = () =>
      own.until<{ count: number }>(
        `SELECT count(*)::int AS count FROM sinks WHERE "leasedUntil" > clock_timestamp()`,
        [],
        ({ count }) => count === WEBHOOKS + 3,
      );
    await held();
    const [firstNode] = await holders();

    /** Ends or freezes the node that does all; another one is asked to send a message, and has to tell of it. */
    const without = async (holder: string, signal: 'SIGKILL' | 'SIGSTOP', gone: Node, next: Node) => {
      const alice = await connected(next, 1);
      const bob = await connected(next, 2);
      const { id: chatId } = await ask<{ id: number }>(alice, 'createChat', { user1Id: 1, user2Id: 2 });
      const device = web.subscribe();
      await ask(bob, 'addPushTarget', { userId: 2, ...device });
      const told: unknown[] = [];
      bob.on('notification', (one) => told.push(one));
      receiver.came.length = 0;
      // The worst moment: it has just prolonged a lease.
      await own.until<{ ms: number }>(
        `SELECT (extract(epoch FROM max("leasedUntil") - clock_timestamp()) * 1000)::int AS ms FROM sinks`,
        [],
        ({ ms }) => ms > 9_700,
      );
      const stood = standstills();
      gone.program.kill(signal);
      const died = performance.now();
      const { seq } = await ask<MessageView>(alice, 'sendMessage', {
        senderId: 1,
        chatId,
        content: 'meanwhile',
        metadata: { mentions: [2] },
      });
      const isTold = () =>
        told.length === 1 &&
        web.of(device.token).length > 0 &&
        new Set(receiver.taken.filter(({ id }) => id === `evt_${chatId}_m${seq}`).map(({ path }) => path))
          .size === WEBHOOKS;
      while (!isTold() && performance.now() - died < 3 * TAKEN_OVER_WITHIN_MS) await pause(20);
      expect(isTold()).toBe(true);
      // One of which nothing was to be told may have been prolonged last.
      await eventually(async () => !(await holders()).includes(holder));
      expect(performance.now() - died).toBeLessThan(TAKEN_OVER_WITHIN_MS + stood.end());
      for (const socket of [alice, bob]) socket.disconnect();
    };

    const second = await start();
    await without(firstNode!, 'SIGKILL', first, second);
    await held();
    const [secondNode] = await holders();
    const third = await start();
    await without(secondNode!, 'SIGSTOP', second, third);
    expect(web.faults).toEqual([]);
  });
});

describe('A webhook that is deleted while its receiver says nothing', () => {
  it('makes nobody else wait', async () => {
    const [silent, well] = await Promise.all([Receiver.start(), Receiver.start()]);
    const world = await World.start({ ...SENDS_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '30000', SINK_LEASE_MS: '600' });
    try {
      silent.manner = () => undefined;
      const [{ id }] = (await Promise.all(
        [silent, well].map(async ({ url }) => {
          const { body } = await world.http
            .post('/webhooks')
            .send({ url, events: ['newMessage'] })
            .expect(201);
          return body as CreatedWebhookView;
        }),
      )) as [CreatedWebhookView, CreatedWebhookView];
      const { alice, chatId } = await world.pair();
      await alice.ok('sendMessage', { chatId, content: 'first' });
      await well.until(chatId, 1);
      await eventually(() => silent.came.length === 1);
      await world.http.delete(`/webhooks/${id}`).expect(200);
      // Until its sink is found to be gone.
      await pause(600);
      await alice.ok('sendMessage', { chatId, content: 'second' });
      await well.until(chatId, 2);
      expect(silent.came).toHaveLength(1);
    } finally {
      await silent.stop();
      await world.stop();
      await well.stop();
    }
  });
});
