import { setTimeout as pass } from 'node:timers/promises';
import {
  asUser,
  type ChatClient,
  createChat,
  type Message,
  type Room,
} from '../../packages/client/src/index.js';
import type { ChatsPage, MembersPage, MessagesPage, SyncedView } from '../../src/contract/index.js';
import { type Client, World } from '../support/world.js';
import { FaultyTransport, NO_FAULTS, random } from './faulty-transport.js';

const EMOJI = ['👍', '🎉', '❤️'];

/** A person with the client under test on one device, over a bad network. */
interface Person {
  id: number;
  chat: ChatClient;
  transport: FaultyTransport;
  rooms: Room[];
  /** The network is back: it need not wait for its next attempt. */
  online(): void;
}

describe('A client in a burst', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  const clients: ChatClient[] = [];
  afterEach(() => {
    for (const chat of clients.splice(0)) chat.stop();
  });
  afterAll(() => world.stop());

  const until = async (what: string, holds: () => boolean, ms = 30_000): Promise<void> => {
    const end = Date.now() + ms;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
      await pass(20);
    }
  };

  const personOf = (id: number, chance: () => number): Person => {
    const transport = new FaultyTransport(world.socketUrl, chance);
    let online = () => {};
    const chat = createChat({
      url: world.socketUrl,
      auth: asUser(id),
      transport,
      watch: (attention) => {
        online = attention.online;
        return () => undefined;
      },
    });
    clients.push(chat);
    chat.start();
    return { id, chat, transport, rooms: [], online: () => online() };
  };

  /** What the server says about everything of this person, read anew. */
  const truthFor = async (stock: Client) => {
    const { chats } = await stock.ok<ChatsPage>('getChats', { page: true, limit: 100 });
    const { unread } = await stock.ok<SyncedView>('sync', { others: 'none' });
    const histories = new Map<number, Message[]>();
    const members = new Map<number, MembersPage['members']>();
    for (const { id } of chats) {
      const messages: Message[] = [];
      for (let after = 0, more = true; more;) {
        const page = await stock.ok<MessagesPage>('getMessages', { chatId: id, after, limit: 100 });
        messages.push(...(page.messages as Message[]));
        after = page.messages.at(-1)?.seq ?? 0;
        more = page.more && page.messages.length > 0;
      }
      histories.set(id, messages);
      members.set(id, (await stock.ok<MembersPage>('getMembers', { chatId: id })).members);
    }
    return { chats, unread, histories, members };
  };

  const act = ({ chat, rooms }: Person, chance: () => number, nth: number): void => {
    const room = rooms[Math.floor(chance() * rooms.length)]!;
    if (!room.chat.get()) return;
    const stored = room.timeline.get().items.filter(({ seq }) => seq !== null);
    const one = stored[Math.floor(chance() * stored.length)]?.message as Message | undefined;
    const mine = stored
      .map(({ message }) => message as Message)
      .filter((m) => m.senderId === chat.me.get()?.id && !m.deletedAt);
    const own = mine[Math.floor(chance() * mine.length)];
    const dice = chance();
    if (dice < 0.5 || !one) {
      const options = { ...(one && chance() < 0.2 ? { replyTo: one.id } : {}) };
      room.send(`message ${nth}`, options);
    } else if (dice < 0.62 && own) void room.edit(own.id, `edited ${nth}`).catch(() => undefined);
    else if (dice < 0.68 && own) void room.delete(own.id);
    else if (dice < 0.72) void room.delete(one.id, 'me');
    else if (dice < 0.84) void room.react(one.id, EMOJI[nth % 3]!).catch(() => undefined);
    else if (dice < 0.9) void room.unreact(one.id, EMOJI[nth % 3]!).catch(() => undefined);
    else if (dice < 0.96) room.seen(one.seq);
    else if (dice < 0.97) void room.pin(chance() < 0.5);
    else if (dice < 0.98) void room.rename(`title ${nth}`).catch(() => undefined);
    else if (dice < 0.99) void room.unseen(one.id).catch(() => undefined);
    else room.typing();
  };

  /** BURST_SEEDS runs others. */
  const seeds = (process.env.BURST_SEEDS ?? '7,11').split(',').map(Number);

  it.each(seeds)(
    'with cuts, lost, doubled and late events ends equal to the server (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const ids = [world.newId(), world.newId(), world.newId()];
      const [alice, bob, carol] = await Promise.all(ids.map((id) => world.person(id)));
      const direct = await alice!.ok<{ id: number }>('createChat', { user1Id: ids[0], user2Id: ids[1] });
      const groups = await Promise.all(
        [1, 2].map((n) =>
          alice!.ok<{ id: number }>('createGroup', { title: `group ${n}`, memberIds: ids.slice(1) }),
        ),
      );
      const people = ids.map((id) => personOf(id, chance));
      for (const person of people) {
        const theirs = person.id === carol!.userId ? groups : [direct, ...groups];
        person.rooms = theirs.map(({ id }) => person.chat.open(id));
        for (const room of person.rooms) room.members.subscribe(() => undefined);
      }
      await Promise.all(
        people.map(({ chat }) => until('live', () => chat.connection.get().state === 'live')),
      );
      for (const { transport } of people)
        transport.faults = { drop: 0.08, double: 0.05, late: 0.1, lateMs: 200, loseAnswers: 0.03 };

      for (let nth = 0; nth < 1_200; nth++) {
        const person = people[Math.floor(chance() * people.length)]!;
        act(person, chance, nth);
        if (chance() < 0.15) people[Math.floor(chance() * people.length)]!.transport.cut();
        if (chance() < 0.3) people[Math.floor(chance() * people.length)]!.online();
        if (nth % 3 === 0) await pass(5);
      }

      for (const { transport } of people) transport.faults = NO_FAULTS;
      for (const { chat, transport } of people) {
        transport.cut();
        await until('live again', () => chat.connection.get().state === 'live');
        await until(
          'an empty outbox',
          () => chat.outbox.get().every(({ status }) => status === 'failed'),
          60_000,
        );
      }
      // All is said. What a last reconnect brings is of one moment for everybody.
      await pass(1_500);
      for (const { chat, transport } of people) {
        transport.cut();
        await until('live at last', () => chat.connection.get().state === 'live');
      }
      await pass(500);
      for (const stock of [alice!, bob!, carol!]) {
        const { chat, rooms } = people.find(({ id }) => id === stock.userId)!;
        const truth = await truthFor(stock);
        for (const room of rooms) {
          while (room.timeline.get().moreBefore) await room.loadBefore();
          const item = truth.chats.find(({ id }) => id === room.chatId)!;
          const items = room.timeline.get().items;
          const shown = items
            .map(({ message }) => message as Message)
            .map(({ seen: _, ...message }) => message);
          const stored = truth.histories.get(room.chatId!)!.map(({ seen: _, ...message }) => message);
          expect(shown).toEqual(stored);
          const seen = items.filter(({ status }) => status === 'seen').map(({ seq }) => seq);
          const own = truth.histories.get(room.chatId!)!.filter(({ senderId }) => senderId === stock.userId);
          expect(seen).toEqual(own.filter((message) => message.seen).map(({ seq }) => seq));
          const { lastMessage, cursor: _c, otherUser: _o, ...list } = room.chat.get()!;
          const { lastMessage: last, cursor: _d, otherUser: _p, ...expected } = item;
          expect(list).toEqual(expected);
          expect(lastMessage?.id).toBe(last?.id);
          await until('members', () => room.members.get() !== null);
          expect(room.members.get()!.map(({ userId, role }) => ({ userId, role }))).toEqual(
            truth.members.get(room.chatId!)!.map(({ userId, role }) => ({ userId, role })),
          );
        }
        expect(chat.unread.get()).toEqual(truth.unread);
        // Messages that were deleted meanwhile, and titles that members may not change.
        for (const { command, error } of chat.outbox.get()) {
          expect(command).not.toBe('sendMessage');
          expect(['NOT_FOUND', 'FORBIDDEN', 'CONFLICT']).toContain(error?.code);
        }
      }
      const doubled = await world.sql(
        `SELECT "clientId" FROM messages WHERE "chatId" = ANY($1) AND "clientId" IS NOT NULL
       GROUP BY "senderId", "clientId" HAVING count(*) > 1`,
        [[direct.id, ...groups.map(({ id }) => id)]],
      );
      expect(doubled).toEqual([]);
      expect(people.reduce((sum, { transport }) => sum + transport.cuts, 0)).toBeGreaterThan(60);
    },
    180_000,
  );
});
