import { setImmediate as turn } from 'node:timers/promises';
import { FairBatcher, type FairBatcherOptions } from './fair-batcher.js';

/** A batcher whose batches are answered when the test says so: each entry with itself. */
function made(options: Partial<FairBatcherOptions<string, string>> = {}) {
  const batches: string[][] = [];
  const open: { resolve: (results: string[]) => void; reject: (error: unknown) => void }[] = [];
  const batcher = new FairBatcher<string, string, string>({
    read: (batch) => {
      batches.push([...batch]);
      return new Promise<string[]>((resolve, reject) => open.push({ resolve, reject }));
    },
    most: 4,
    mostOfOne: 10,
    mostOfAll: 20,
    patienceMs: 60_000,
    ...options,
  });
  const answer = async () => {
    open.shift()!.resolve(batches.at(-1)!);
    await turn();
  };
  return { batcher, batches, open, answer };
}

const entries = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}${i + 1}`);

describe('FairBatcher', () => {
  it('reads what came together in one batch, and answers each in its order', async () => {
    const { batcher, batches, answer } = made();
    const answers = Promise.all([batcher.submit('a', ['a1', 'a2']), batcher.submit('b', ['b1'])]);
    await turn();
    expect(batches).toEqual([['a1', 'b1', 'a2']]);
    await answer();
    expect(await answers).toEqual([['a1', 'a2'], ['b1']]);
  });

  it('gives each asker one entry in turn: who asks for much does not delay who asks for little', async () => {
    const { batcher, batches, answer } = made();
    const all = [batcher.submit('greedy', entries('g', 10))];
    await turn();
    all.push(batcher.submit('b', ['b1']), batcher.submit('c', ['c1', 'c2']));
    await answer();
    expect(batches[1]).toEqual(['g5', 'b1', 'c1', 'g6']);
    await answer();
    expect(batches[2]).toEqual(['c2', 'g7', 'g8', 'g9']);
    await answer();
    await answer();
    expect((await Promise.all(all))[0]).toEqual(entries('g', 10));
    expect(batches).toHaveLength(4);
  });

  it('has one batch under way at a time', async () => {
    const { batcher, batches, answer } = made();
    const first = batcher.submit('a', ['a1']);
    await turn();
    const second = batcher.submit('b', ['b1']);
    await turn();
    expect(batches).toEqual([['a1']]);
    await answer();
    expect(batches).toEqual([['a1'], ['b1']]);
    await answer();
    expect([await first, await second]).toEqual([['a1'], ['b1']]);
  });

  it('refuses an asker whose own line is full, whole, and nobody else', async () => {
    const { batcher, batches, answer } = made();
    const within = batcher.submit('a', entries('a', 8));
    await expect(batcher.submit('a', entries('x', 3))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const other = batcher.submit('b', ['b1']);
    await turn();
    while (batches.flat().length < 9) await answer();
    await answer();
    expect(batches.flat()).not.toContain('x1');
    expect([(await within).length, await other]).toEqual([8, ['b1']]);
  });

  it('bounds what all wait for together', async () => {
    const { batcher } = made({ mostOfAll: 5 });
    void batcher.submit('a', entries('a', 4));
    await expect(batcher.submit('b', entries('b', 2))).rejects.toMatchObject({ code: 'OVERLOADED' });
  });

  it('gives up what waited too long, and goes on after a batch that failed', async () => {
    const { batcher, batches } = made({ patienceMs: -1 });
    await expect(batcher.submit('a', ['a1'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(batches).toEqual([]);
    const patient = made();
    const failing = patient.batcher.submit('a', ['a1']);
    await turn();
    patient.open.shift()!.reject(new Error('away'));
    await expect(failing).rejects.toThrow('away');
    const next = patient.batcher.submit('a', ['a2']);
    await turn();
    await patient.answer();
    expect(await next).toEqual(['a2']);
  });
});
