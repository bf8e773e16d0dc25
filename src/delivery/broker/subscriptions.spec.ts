import { type Channels, Subscriptions } from './subscriptions.js';

/** Channels that answer when the test says so, and record the commands. */
class Redis implements Channels {
  isUp = true;
  readonly commands: string[] = [];
  private answers: { yes(): void; no(error: Error): void }[] = [];

  subscribe(rooms: readonly string[]): Promise<void> {
    return this.ask(`+${rooms.join(',')}`);
  }
  unsubscribe(rooms: readonly string[]): Promise<void> {
    return this.ask(`-${rooms.join(',')}`);
  }
  fail(): void {
    this.isUp = false;
  }
  async answer(ok = true): Promise<void> {
    for (const { yes, no } of this.answers.splice(0))
      if (ok) yes();
      else no(new Error('away'));
    await turn();
  }
  private ask(what: string): Promise<void> {
    this.commands.push(what);
    return new Promise((yes, no) => this.answers.push({ yes, no }));
  }
}

const turn = () => new Promise(setImmediate);

describe('The subscriptions of a node', () => {
  let redis: Redis;
  let wanted: Set<string>;
  let subscriptions: Subscriptions;
  beforeEach(() => {
    redis = new Redis();
    wanted = new Set();
    subscriptions = new Subscriptions(redis, (room) => wanted.has(room));
  });
  const host = (...rooms: string[]) =>
    rooms.forEach((room) => {
      wanted.add(room);
      subscriptions.mark(room);
    });
  const empty = (room: string) => {
    wanted.delete(room);
    subscriptions.mark(room);
  };
  /** Whether a promise has resolved by now. */
  const isDone = async (promise: Promise<void> | null): Promise<boolean> => {
    let done = promise === null;
    void promise?.then(() => (done = true));
    await turn();
    return done;
  };

  it('send the rooms of a turn in one command', async () => {
    host('a', 'b', 'c');
    await turn();
    expect(redis.commands).toEqual(['+a,b,c']);
  });

  it('send no command for a room that came and went meanwhile', async () => {
    host('a');
    empty('a');
    await turn();
    await turn();
    expect(redis.commands).toEqual([]);
  });

  it('are ready once Redis has confirmed them, and no sooner', async () => {
    host('a');
    const heard = subscriptions.heard(['a']);
    expect(await isDone(heard)).toBe(false);
    await redis.answer();
    expect(await isDone(heard)).toBe(true);
    expect(subscriptions.heard(['a'])).toBeNull();
  });

  it('let a second caller wait for the command under way', async () => {
    host('a');
    await turn();
    const second = subscriptions.heard(['a']);
    expect(await isDone(second)).toBe(false);
    await redis.answer();
    expect(await isDone(second)).toBe(true);
  });

  it('gather changes while a command is under way', async () => {
    host('a');
    await turn();
    host('b');
    host('c');
    empty('a');
    await turn();
    expect(redis.commands).toEqual(['+a']);
    await redis.answer();
    expect(redis.commands).toEqual(['+a', '+b,c', '-a']);
    await redis.answer();
    expect(subscriptions.heard(['b', 'c'])).toBeNull();
    expect(subscriptions.size).toBe(2);
  });

  it('keep nobody waiting while Redis is down or when it goes down', async () => {
    host('a');
    await turn();
    const heard = subscriptions.heard(['a']);
    redis.isUp = false;
    subscriptions.forget();
    expect(await isDone(heard)).toBe(true);
    expect(subscriptions.heard(['b'])).toBeNull();
  });

  it('report the link as broken when a subscription fails', async () => {
    host('a');
    await turn();
    await redis.answer(false);
    expect(redis.isUp).toBe(false);
  });

  it('are all restored when Redis is back', async () => {
    host('a', 'b');
    await turn();
    await redis.answer();
    redis.isUp = false;
    subscriptions.forget();
    empty('b');
    redis.isUp = true;
    host('c');
    const restored = subscriptions.restore(wanted);
    await turn();
    expect(redis.commands.at(-1)).toBe('+c,a');
    await redis.answer();
    expect(await restored).toBe(true);
    expect(subscriptions.size).toBe(2);
  });
});
