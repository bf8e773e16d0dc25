import { PresenceKeys } from '../../src/presence/presence-keys.js';
import { type PresenceNode, presenceNode } from '../support/presence-nodes.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { pause } from '../support/time.js';
import { eventually } from '../support/world.js';

const [ALICE, BOB, CAROL, DAVE] = [1, 2, 3, 4];
const GRACE_MS = 200;
const LEASE_MS = 1_000;

/** 1: the node's lease is over, or not there. */
const LAPSED = `local t = redis.call('TIME')
return (tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1])) or 0) < t[1] * 1000 and 1 or 0`;

/** What went wrong between a node and Redis leaves nobody online who is not, and tells nothing that is not so. */
describeWithRedis('After a fault of Redis nobody stays online who has gone:', () => {
  let redis: Redis;
  let prefix: string;
  let prefixes = 0;
  const nodes: PresenceNode[] = [];
  beforeAll(async () => {
    redis = await Redis.start();
  });
  beforeEach(() => (prefix = `ghosts${++prefixes}`));
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const node of nodes.splice(0)) await node.close();
  });
  afterAll(() => redis.close());

  const start = async (at = redis, leaseMs = LEASE_MS): Promise<PresenceNode> => {
    const node = await presenceNode(at, { prefix, graceMs: GRACE_MS, leaseMs });
    nodes.push(node);
    return node;
  };
  /** What all nodes were told of somebody. */
  const toldOf = (userId: number): boolean[] =>
    nodes
      .flatMap(({ changes }) => changes)
      .filter((change) => change.userId === userId)
      .sort((one, other) => one.at.getTime() - other.at.getTime())
      .map(({ online }) => online);
  const leases = (): string => `{${prefix}:nodes}:leases`;
  const alive = ({ link }: PresenceNode): Promise<string[]> => link.commands.zrange(leases(), 0, -1);
  const isOnlineAt = async ({ store }: PresenceNode, userId = BOB): Promise<boolean> =>
    (await store.onlineAmong([userId])).has(userId);

  it('people of a node that was given up for dead, and comes back before it knows', async () => {
    // Renews its lease every three seconds.
    const one = await start(redis, 9_000);
    const [id] = await alive(one);
    const other = await start();
    await other.link.commands.zadd(leases(), 0, id!);
    await eventually(async () => (await other.link.commands.hexists(`{${prefix}:nodes}:seen`, id!)) === 0);
    await one.store.enter(BOB, 'phone');
    await eventually(async () => (await alive(other)).length === 2);
    await one.store.leave(BOB, 'phone', { grace: false });
    await eventually(async () => !(await isOnlineAt(other)));
    expect(toldOf(BOB)).toEqual([true, false]);
  });

  describe('where the answer to an entry is lost,', () => {
    const enter = PresenceKeys.prototype.enter;
    const loseOneEntry = (runs: boolean): void => {
      jest.spyOn(PresenceKeys.prototype, 'enter').mockImplementationOnce(async function (
        this: PresenceKeys,
        ...args
      ) {
        if (runs) await enter.apply(this, args);
        throw new Error('lost');
      });
    };

    it.each([
      { runs: true, grace: true },
      { runs: true, grace: false },
      { runs: false, grace: true },
      { runs: false, grace: false },
    ])('they leave (the entry ran: $runs, with grace: $grace)', async ({ runs, grace }) => {
      const [one, other] = [await start(), await start()];
      loseOneEntry(runs);
      await one.store.enter(BOB, 'phone');
      await one.store.leave(BOB, 'phone', { grace });
      await eventually(() => toldOf(BOB).length === 2);
      expect(toldOf(BOB)).toEqual([true, false]);
      for (const node of nodes) expect(await isOnlineAt(node)).toBe(false);
      expect(await isOnlineAt(other)).toBe(false);
    });

    it('they stay: they are online everywhere soon', async () => {
      const [one, other] = [await start(), await start()];
      loseOneEntry(false);
      await one.store.enter(BOB, 'phone');
      await eventually(() => isOnlineAt(other));
    });
  });

  it('users whose leaving got no answer while the link stayed up', async () => {
    const [one, other] = [await start(), await start()];
    await one.store.enter(BOB, 'phone');
    jest.spyOn(PresenceKeys.prototype, 'leave').mockRejectedValueOnce(new Error('lost'));
    await one.store.leave(BOB, 'phone', { grace: false });
    await eventually(async () => !(await isOnlineAt(other)));
  });

  it('people who came back before their leaving got no answer stay online', async () => {
    const [one, other] = [await start(), await start()];
    await one.store.enter(BOB, 'phone');
    let lose: (error: Error) => void = () => undefined;
    jest
      .spyOn(PresenceKeys.prototype, 'leave')
      .mockImplementationOnce(() => new Promise((_, reject) => (lose = reject)));
    const left = one.store.leave(BOB, 'phone', { grace: false });
    await one.store.enter(BOB, 'laptop');
    lose(new Error('lost'));
    await left;
    // A leaving is tried again with every look at the lease.
    await pause(LEASE_MS);
    expect(await isOnlineAt(other)).toBe(true);
  });

  it('users of a node whose sweep takes longer than its lease stay online, and nothing is announced of them', async () => {
    const one = await start();
    await one.store.enter(BOB, 'phone');
    const [id] = await alive(one);
    const { commands } = one.link;
    const others = Array.from({ length: 5_000 }, (_, i) => 100 + i);
    const dying = commands.pipeline().sadd(`${prefix}:people:{dead}`, ...others);
    for (const userId of others) dying.hset(`${prefix}:user:{${userId}}`, 'dead', '0');
    await dying.zadd(leases(), 1, 'dead').exec();
    let lapses = 0;
    const watch = setInterval(() => {
      void commands.eval(LAPSED, 1, leases(), id!).then((lapsed) => (lapses += Number(lapsed)));
    }, 50);
    await eventually(async () => (await commands.zcard(`{${prefix}:nodes}:sweeps`)) === 1);
    await eventually(async () => (await commands.zcard(`{${prefix}:nodes}:sweeps`)) === 0);
    clearInterval(watch);
    expect(one.changes).toHaveLength(1 + others.length);
    expect(toldOf(BOB)).toEqual([true]);
    expect(await alive(one)).toEqual([id]);
    expect(lapses).toBe(0);
  });

  it('a node whose own lease has run out renews it, and does not sweep itself', async () => {
    const one = await start();
    await one.store.enter(BOB, 'phone');
    const [id] = await alive(one);
    await one.link.commands.zadd(leases(), 1, id!);
    await eventually(async () => Number(await one.link.commands.zscore(leases(), id!)) > 1);
    expect(await alive(one)).toEqual([id]);
    expect(toldOf(BOB)).toEqual([true]);
  });

  it('after a Redis with an older state comes back, presence is right again and nothing is announced', async () => {
    const saving = await Redis.start();
    const [one, other] = [await start(saving), await start(saving)];
    for (const userId of [BOB, CAROL]) await one.store.enter(userId, 'phone');
    await one.link.commands.call('SAVE');
    await one.store.leave(BOB, 'phone', { grace: false });
    await one.store.enter(ALICE, 'phone');
    const late = await start(saving);
    await late.store.enter(DAVE, 'phone');
    for (const node of nodes) node.changes.splice(0);
    await saving.kill();
    await eventually(() => nodes.every(({ link }) => !link.isUp));
    // All leases in what was saved are over when it is read.
    await pause(LEASE_MS * 1.5);
    await saving.launch();
    await eventually(() => nodes.every(({ link }) => link.isUp));
    for (const node of [one, other, late]) {
      await eventually(async () => {
        const online = await node.store.onlineAmong([ALICE, BOB, CAROL, DAVE]);
        return [...online].sort().join() === [ALICE, CAROL, DAVE].join();
      });
    }
    // Until nodes that had died would be swept.
    await pause(LEASE_MS * 2);
    expect(nodes.flatMap(({ changes }) => changes)).toEqual([]);
    for (const node of nodes.splice(0)) await node.close();
    saving.close();
  });
});
