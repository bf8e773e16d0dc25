import type { PresenceView } from '../../src/contract/index.js';
import { Database } from '../../src/database/database.js';
import { WINDOW_MS } from '../../src/presence/presence-announcer.js';
import { ARRIVALS_EVERY_MS } from '../../src/common/time-bounds.js';
import { answerIn, RawSocket } from '../support/raw-socket.js';
import { type Client, eventually, World } from '../support/world.js';

const PEOPLE = 500;
const MESSAGES = 200;

/** Statements of presence in a second, whoever comes: three at each pace of arrivals, one and a read at each window. */
const MOST_A_SECOND = (3 * 1_000) / ARRIVALS_EVERY_MS + (2 * 1_000) / WINDOW_MS;

describe('A storm of reconnects', () => {
  let world: World;
  let crowd: number[];
  let friend: Client;

  /** Five hundred people, all of them in direct chats with one friend, and in one group. */
  beforeAll(async () => {
    world = await World.start({ PRESENCE_GRACE_MS: '0' });
    friend = await world.person();
    crowd = Array.from({ length: PEOPLE }, () => world.newId());
    await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[])', [crowd]);
    await world.sql(
      `WITH made AS (
         INSERT INTO chats (type, "user1Id", "user2Id") SELECT 'direct', $1, unnest($2::bigint[])
         RETURNING id, "user1Id", "user2Id"
       )
       INSERT INTO chat_members ("chatId", "userId") SELECT id, unnest(ARRAY["user1Id", "user2Id"]) FROM made`,
      [friend.userId, crowd],
    );
    await world.sql(
      `WITH made AS (INSERT INTO chats (type) VALUES ('group') RETURNING id)
       INSERT INTO chat_members ("chatId", "userId") SELECT made.id, unnest($1::bigint[]) FROM made`,
      [crowd],
    );
  });
  afterAll(() => world.stop());

  const arrive = async (userId: number): Promise<RawSocket> => {
    const raw = await RawSocket.connect(world.socketUrl);
    const answer = answerIn(await raw.askFrame('userOnline', String(userId)));
    expect(answer).toMatchObject({ ok: true, data: { userId, online: true } });
    return raw;
  };

  /** Names of the statements that are run while something goes on. */
  const statementsDuring = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    const rows = jest.spyOn(Database.prototype, 'run');
    await work();
    const counts = new Map<string, number>();
    for (const [{ name }] of rows.mock.calls) counts.set(name, (counts.get(name) ?? 0) + 1);
    rows.mockRestore();
    return { counts, seconds: (performance.now() - started) / 1_000 };
  };

  const expectFew = ({ counts, seconds }: Awaited<ReturnType<typeof statementsDuring>>): void => {
    const ours = [...counts].filter(([name]) => /^(presence|rooms|users)\./.test(name));
    const sum = ours.reduce((all, [, count]) => all + count, 0);
    expect(sum).toBeLessThanOrEqual(MOST_A_SECOND * seconds + 10);
  };

  const onlineCrowd = async (): Promise<number> => {
    const views = await friend.ok<PresenceView[]>('getPresence', { userIds: crowd });
    return views.filter(({ online }) => online).length;
  };

  it('is answered, announced once to each contact, and costs few statements while others chat', async () => {
    const { alice, bob, chatId } = await world.pair();
    let sockets: RawSocket[] = [];
    let last = 0;
    const chatting = async (): Promise<void> => {
      for (let n = 1; n <= MESSAGES; n++) {
        ({ seq: last } = await alice.ok<{ seq: number }>('sendMessage', { chatId, content: `message ${n}` }));
        expect(await bob.next('newMessage')).toMatchObject({ seq: n });
      }
    };
    const arriving = await statementsDuring(async () => {
      await Promise.all([Promise.all(crowd.map(arrive)).then((arrived) => (sockets = arrived)), chatting()]);
      await eventually(() => friend.unread('userStatus').length === PEOPLE);
    });
    expect(last).toBe(MESSAGES);
    expectFew(arriving);
    const heard = friend.unread('userStatus') as PresenceView[];
    expect(new Set(heard.map(({ userId }) => userId)).size).toBe(PEOPLE);
    expect(heard.every(({ online }) => online)).toBe(true);

    // All of them are cut at once, and are back at once.
    const again = await statementsDuring(async () => {
      for (const raw of sockets) raw.close();
      await Promise.all(crowd.map(arrive));
      await eventually(async () => (await onlineCrowd()) === PEOPLE);
    });
    expectFew(again);
    // What each was told of as: online, then perhaps offline and online again, never the same twice.
    await friend.settled();
    const states = new Map<number, boolean[]>();
    for (const { userId, online } of friend.unread('userStatus') as PresenceView[]) {
      states.set(userId, [...(states.get(userId) ?? []), online]);
    }
    for (const told of states.values()) expect(told).toEqual(told.map((_, i) => i % 2 === 0));
  }, 60_000);
});
