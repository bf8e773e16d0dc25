import { ScriptedTransport } from '../test/scripted.js';
import { group, message, ready, synced } from '../test/views.js';
import { asUser } from './auth.js';
import { type ChatClient, createChat } from './chat.js';
import { memory } from './storage/memory.js';
import type { Storage } from './storage/storage.js';

const CHAT = 5;

/** Locks as a browser's tabs share them. */
class Locks {
  private readonly waiting = new Map<string, (() => Promise<unknown>)[]>();

  request(name: string, ...rest: unknown[]): Promise<unknown> {
    const work = rest.at(-1) as (lock: object | null) => unknown;
    const { signal, ifAvailable } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    if (ifAvailable && this.waiting.get(name)?.length) return Promise.resolve(work(null));
    return new Promise((resolve, reject) => {
      const queue = this.waiting.get(name) ?? [];
      this.waiting.set(name, queue);
      const turn = async () => {
        if (!signal?.aborted) await Promise.resolve(work({})).then(resolve, reject);
        queue.shift();
        void queue[0]?.();
      };
      signal?.addEventListener('abort', () => reject(new Error('aborted')));
      queue.push(turn);
      if (queue.length === 1) void turn();
    });
  }
}

describe('Tabs', () => {
  const globals = { document: {}, navigator: { locks: new Locks() } };
  let storage: Storage;
  const open: ChatClient[] = [];

  beforeAll(() => Object.assign(globalThis, globals));
  afterAll(() => {
    for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
  });
  beforeEach(() => {
    storage = memory();
  });
  afterEach(() => {
    for (const chat of open.splice(0)) chat.stop();
  });

  const settled = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));
  const tab = async (userId = 1) => {
    const transport = new ScriptedTransport();
    transport.react = ({ command, input, answer }) => {
      if (command === 'sync') answer(synced());
      if (command === 'getChats')
        answer({ chats: input.filter === 'inbox' ? [group(CHAT, 0)] : [], more: false });
    };
    const chat = createChat({
      url: 'http://chat.test',
      auth: asUser(userId),
      transport,
      storage,
      watch: () => () => undefined,
    });
    open.push(chat);
    chat.start();
    await settled();
    const live = async () => {
      transport.link.listener.event('ready', ready(userId));
      await settled();
    };
    return {
      chat,
      transport,
      live,
      sends: () => transport.link.of('sendMessage').map(({ input }) => input.content),
    };
  };

  it('send what was written in them, and not what was written in another that is there', async () => {
    const one = await tab();
    one.chat.open(CHAT).send('from one');
    await settled();
    const other = await tab();
    await other.live();
    expect(other.sends()).toEqual([]);
    expect(other.chat.outbox.get()).toEqual([]);
    await one.live();
    expect(one.sends()).toEqual(['from one']);
  });

  it('take over, in order and once, what a tab leaves', async () => {
    const one = await tab();
    const room = one.chat.open(CHAT);
    room.send('first');
    room.send('second');
    await settled();
    const others = [await tab(), await tab()];
    for (const { live } of others) await live();
    one.chat.stop();
    await settled(50);
    const adopting = others.filter(({ sends }) => sends().length > 0);
    expect(adopting).toHaveLength(1);
    const [{ transport, sends }] = adopting as [(typeof others)[0]];
    const [asked] = transport.link.of('sendMessage');
    asked!.answer(message(CHAT, 1, { senderId: 1, clientId: String(asked!.input.clientId) }));
    await settled();
    expect(sends()).toEqual(['first', 'second']);
  });

  it('take over what a tab leaves that came later', async () => {
    const one = await tab();
    const other = await tab();
    other.chat.open(CHAT).send('from the other');
    await settled();
    other.chat.stop();
    await settled();
    await one.live();
    expect(one.sends()).toEqual(['from the other']);
  });

  it('keep chats as one of them knows them, which is the next one when it goes: an older one spoils nothing', async () => {
    const kept = async () => {
      const rows = await storage.open('http://chat.test#1');
      const [[, { since }]] = (await rows.rows('meta')) as [[string, { since: string }]];
      const [[, { marks, item }]] = (await rows.rows('chat')) as [
        [string, { marks: [number, { readSeq: number }][]; item: { title: string } }],
      ];
      return { since, seen: marks.map(([userId, { readSeq }]) => [userId, readSeq]), title: item.title };
    };
    const [one, other] = [await tab(), await tab()];
    for (const { live } of [one, other]) await live();
    const later = '2026-11-29T09:00:00.000Z';
    one.transport.react = ({ command, answer }) => command === 'sync' && answer(synced({ at: later }));
    one.transport.link.listener.event('syncNeeded', { withinMs: 0 });
    await settled();
    // The other one loses its connection, and does not hear what happens.
    other.transport.link.listener.closed();
    const seen = { messageId: null, seen: true, chatId: CHAT, userId: 2, seq: 3, version: 3, changed: false };
    one.transport.link.listener.event('messageSeen', seen);
    await one.chat.flush();
    void other.chat.open(CHAT).pin();
    await other.chat.flush();
    expect(await kept()).toMatchObject({ seen: [[2, 3]], since: later });
    // It does not write what it knows less of. When it is the only one, all that it knows is kept, with its own `since`.
    one.chat.stop();
    await settled();
    await other.chat.flush();
    expect(await kept()).toMatchObject({ seen: [], since: synced().at });
    const next = await tab();
    await next.live();
    expect(next.transport.link.of('sync')[0]!.input.since).toBe(synced().at);
  });

  it('show the drafts of the others', async () => {
    const [one, other] = [await tab(), await tab()];
    one.chat.draft(CHAT).set('hel');
    await settled();
    expect(other.chat.draft(CHAT).get()).toBe('hel');
  });

  it('are all signed out when one is, and forget everything', async () => {
    const [one, other] = [await tab(), await tab()];
    await one.live();
    await other.live();
    const away: string[] = [];
    other.chat.on('signedOut', ({ code }) => away.push(code));
    other.chat.draft(CHAT).set('hel');
    await one.chat.signOut();
    await settled(50);
    expect(away).toEqual(['CLOSED']);
    expect(other.chat.connection.get().state).toBe('stopped');
    expect(other.chat.chats().get().items).toEqual([]);
    const next = await tab();
    expect(next.chat.draft(CHAT).get()).toBe('');
  });

  it('in a frame that may have no locks is taken for the only one, and connects', async () => {
    const { locks } = globals.navigator;
    const request = jest.spyOn(locks, 'request').mockRejectedValue(new DOMException('no', 'SecurityError'));
    const faults: unknown[] = [];
    const heard = (fault: unknown) => faults.push(fault);
    process.on('unhandledRejection', heard);
    const one = await tab();
    expect(one.transport.links).toHaveLength(1);
    await one.live();
    expect(one.chat.connection.get().state).toBe('live');
    expect(faults).toEqual([]);
    process.off('unhandledRejection', heard);
    request.mockRestore();
  });

  it('of another person get nothing of what the first one wrote', async () => {
    const one = await tab();
    one.chat.open(CHAT).send('from one');
    await settled();
    one.chat.stop();
    const other = await tab(2);
    await other.live();
    expect(other.chat.outbox.get()).toEqual([]);
    expect(other.sends()).toEqual([]);
  });
});
