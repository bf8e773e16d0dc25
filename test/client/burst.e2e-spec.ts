import { setTimeout as pass } from 'node:timers/promises';
import type { Message } from '../../packages/client/src/index.js';
import type { ChatsPage, MembersPage, MessagesPage, SyncedView } from '../../src/contract/index.js';
import { mint, newApiKey, ownAccounts } from '../support/accounts.js';
import { type Client, World } from '../support/world.js';
import { Device } from './device.js';
import { random } from './faulty-transport.js';

const EMOJI = ['👍', '🎉', '❤️'];

describe('A client in a burst', () => {
  const key = newApiKey();
  const variables = { ...ownAccounts(), API_KEYS: key, GROUP_ADDS: 'everybody' };
  let world: World;
  beforeAll(async () => {
    world = await World.start(variables);
  });
  const devices: Device[] = [];
  afterEach(() => {
    for (const { chat } of devices.splice(0)) chat.stop();
  });
  afterAll(() => world.stop());

  const until = async (what: string, holds: () => boolean, ms = 30_000): Promise<void> => {
    const end = Date.now() + ms;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
      await pass(20);
    }
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

  /** One thing that a person does. `coming` is a group whose members come and go; its owner adds and removes them. */
  const act = (
    { chat, rooms, userId }: Device,
    others: readonly number[],
    coming: number,
    chance: () => number,
    nth: number,
  ): void => {
    const room = rooms[Math.floor(chance() * rooms.length)]!;
    const item = room.chat.get();
    // Who has left is not simply added again: they are asked.
    if (!item) return void chat.call('acceptInvitation', { chatId: room.chatId! }).catch(() => undefined);
    if (room.chatId === coming && chance() < 0.15) {
      const other = others[Math.floor(chance() * others.length)]!;
      if (item.role !== 'owner') void room.leave().catch(() => undefined);
      else if (chance() < 0.3) void room.removeMember(other).catch(() => undefined);
      else void room.addMembers(others.filter((id) => id !== userId)).catch(() => undefined);
      return;
    }
    const stored = room.timeline.get().items.filter(({ seq }) => seq !== null);
    const one = stored[Math.floor(chance() * stored.length)]?.message as Message | undefined;
    const mine = stored
      .map(({ message }) => message as Message)
      .filter((m) => m.senderId === userId && !m.deletedAt);
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

  /** Three people, each with a device, in a direct chat and three groups. */
  const begin = async (chance: () => number) => {
    const minted = [await mint(world, key), await mint(world, key), await mint(world, key)];
    const ids = minted.map(({ userId }) => userId);
    const stocks = await Promise.all(
      minted.map(({ userId, accessToken }) => world.bearer(userId, accessToken)),
    );
    const [alice, , carol] = stocks;
    const direct = await alice!.ok<{ id: number }>('createChat', { user1Id: ids[0], user2Id: ids[1] });
    const groups = await Promise.all(
      [1, 2, 3].map((n) =>
        alice!.ok<{ id: number }>('createGroup', { title: `group ${n}`, memberIds: ids.slice(1) }),
      ),
    );
    const people = ids.map((id) => {
      const theirs = id === carol!.userId ? groups : [direct, ...groups];
      const chatIds = theirs.map((chat) => chat.id);
      return new Device({
        url: world.socketUrl,
        secret: variables.JWT_SECRET,
        userId: id,
        chatIds,
        chance,
      });
    });
    devices.push(...people);
    const allAre = (state: string) =>
      Promise.all(people.map((one) => until(state, () => one.chat.connection.get().state === state)));
    const sent = () =>
      Promise.all(
        people.map(({ chat }) =>
          until(
            'an empty outbox',
            () => chat.outbox.get().every(({ status }) => status === 'failed'),
            60_000,
          ),
        ),
      );
    await allAre('live');
    return { ids, stocks, alice: alice!, direct, groups, people, allAre, sent };
  };

  /** For a longer run: BURST_SEEDS are other seeds, BURST_STEPS how many things are done with each. */
  const seeds = (process.env.BURST_SEEDS ?? '7,11').split(',').map(Number);
  const steps = Number(process.env.BURST_STEPS ?? 1_200);

  it.each(seeds)(
    'with cuts, reloads, tokens that expire, lost, doubled and late events ends equal to the server (seed %i)',
    async (seed) => {
      const chance = random(seed);
      const of = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)]!;
      const { ids, stocks, alice, direct, groups, people, allAre, sent } = await begin(chance);
      const coming = groups[2]!.id;
      for (const person of people)
        person.suffer({ drop: 0.08, double: 0.05, late: 0.1, lateMs: 200, loseAnswers: 0.03 });

      for (let nth = 0; nth < steps; nth++) {
        act(of(people), ids.slice(1), coming, chance, nth);
        // In the last part connections last, so that tokens expire while they are open.
        const calm = nth > steps * 0.85;
        if (!calm && chance() < 0.15) of(people).cut();
        if (!calm && chance() < 0.012) of(people).reload();
        if (chance() < 0.3) of(people).online();
        if (nth % 3 === 0) await pass(calm ? 30 : 5);
      }

      for (const person of people) {
        person.brief = true;
        person.cut();
        person.online();
      }
      await until('a token that ends while it is used', () =>
        people.some(({ reasons }) => reasons.includes('expiring')),
      );
      for (const person of people) {
        person.suffer(null);
        person.cut();
      }
      await allAre('live');
      await sent();
      await alice.ok('addMembers', { chatId: coming, userIds: ids.slice(1) });
      for (const stock of stocks.slice(1)) await stock.ask('acceptInvitation', { chatId: coming });
      // All is said. What a last reconnect brings is of one moment for everybody.
      await pass(1_500);
      for (const person of people) person.cut();
      await allAre('live');
      await pass(500);
      for (const stock of stocks) {
        const { chat, rooms, written } = people.find(({ userId }) => userId === stock.userId)!;
        const truth = await truthFor(stock);
        expect(truth.chats).toHaveLength(rooms.length);
        for (const room of rooms) {
          while (room.timeline.get().moreBefore) await room.loadBefore();
          const item = truth.chats.find(({ id }) => id === room.chatId)!;
          // What was refused stands below what is stored.
          const items = room.timeline.get().items.filter(({ seq }) => seq !== null);
          const shown = items
            .map(({ message }) => message as Message)
            .map(({ seen: _, ...message }) => message);
          const stored = truth.histories.get(room.chatId!)!.map(({ seen: _, ...message }) => message);
          expect(shown).toEqual(stored);
          const seen = items.filter(({ status }) => status === 'seen').map(({ seq }) => seq);
          const own = truth.histories.get(room.chatId!)!.filter(({ senderId }) => senderId === stock.userId);
          const right = own.filter((message) => message.seen).map(({ seq }) => seq);
          // What somebody has seen who left later stays seen here; the server counts who is there now.
          if (room.chatId === coming) expect(seen).toEqual(expect.arrayContaining(right));
          else expect(seen).toEqual(right);
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
        // Messages that were deleted meanwhile, titles that members may not change, and where one is no member any more.
        const failed = new Set<string>();
        for (const { id, command, chatId, error } of chat.outbox.get()) {
          if (chatId !== coming) expect(command).not.toBe('sendMessage');
          expect(['NOT_FOUND', 'FORBIDDEN', 'CONFLICT']).toContain(error?.code);
          failed.add(id);
        }
        // Once a message is kept on the device, no reload loses it.
        const stored = await world.sql<{ clientId: string }>(
          `SELECT "clientId" FROM messages WHERE "senderId" = $1 AND "clientId" IS NOT NULL`,
          [stock.userId],
        );
        const there = new Set(stored.map(({ clientId }) => clientId));
        expect([...written].filter((id) => !there.has(id) && !failed.has(id))).toEqual([]);
        expect(written.size).toBeGreaterThan(steps / 20);
      }
      const doubled = await world.sql(
        `SELECT "clientId" FROM messages WHERE "chatId" = ANY($1) AND "clientId" IS NOT NULL
       GROUP BY "senderId", "clientId" HAVING count(*) > 1`,
        [[direct.id, ...groups.map(({ id }) => id)]],
      );
      expect(doubled).toEqual([]);
      const sum = (count: (one: Device) => number) => people.reduce((all, one) => all + count(one), 0);
      expect(sum(({ cuts }) => cuts)).toBeGreaterThan(60);
      expect(sum(({ reloads }) => reloads)).toBeGreaterThan(3);
      const asked = new Set(people.flatMap(({ reasons }) => reasons));
      expect([...asked].sort()).toEqual(expect.arrayContaining(['expiring', 'refused', 'start']));
    },
    180_000,
  );

  it('with cuts alone calls sync at most twice a cut, and misses nothing', async () => {
    const chance = random(23);
    const of = <T>(all: readonly T[]): T => all[Math.floor(chance() * all.length)]!;
    const { ids, stocks, people, allAre, sent } = await begin(chance);
    const sum = (count: 'cuts' | 'syncs') => people.reduce((all, { network }) => all + network[count], 0);
    // Chats in which nobody comes or goes: a chat that is new is read by a sync as well.
    for (let nth = 0; sum('cuts') < 40; nth++) {
      act(of(people), ids.slice(1), 0, chance, nth);
      const one = of(people);
      // Each of them is one that has to catch up again, or is cut while it does.
      if (chance() < 0.2 && ['live', 'syncing'].includes(one.chat.connection.get().state)) one.cut();
      if (chance() < 0.3) of(people).online();
      if (nth % 3 === 0) await pass(5);
    }
    await allAre('live');
    await sent();
    for (const stock of stocks) {
      const { rooms } = people.find(({ userId }) => userId === stock.userId)!;
      const { chats, histories } = await truthFor(stock);
      for (const room of rooms) {
        const { version } = chats.find(({ id }) => id === room.chatId)!;
        await until('the newest version', () => room.chat.get()?.version === version);
        while (room.timeline.get().moreBefore) await room.loadBefore();
        const items = room.timeline.get().items.filter(({ seq }) => seq !== null);
        expect(items.map(({ message }) => [message.content, (message as Message).version])).toEqual(
          histories.get(room.chatId!)!.map(({ content, version: of }) => [content, of]),
        );
      }
    }
    expect(sum('syncs')).toBeLessThanOrEqual(2 * sum('cuts'));
  }, 180_000);
});
