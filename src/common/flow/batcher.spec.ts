import { Batcher, type BatcherOptions, type Outcome } from './batcher.js';

type Batch = {
  entries: readonly number[];
  finish(outcomes?: Outcome<string>[]): void;
  fail(error: Error): void;
};

const done = (entry: number): Outcome<string> => ({ ok: true, result: `done ${entry}` });

/** Lets everything run that is ready. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Group commit whose batches wait until a test ends them. */
function setting(options: Partial<BatcherOptions<number, string>> = {}) {
  const batches: Batch[] = [];
  const commits = new Batcher<number, string>({
    batch: { some: 4, most: 4 },
    maxWaiting: 10,
    patienceMs: 60_000,
    write: (entries) =>
      new Promise((resolve, reject) => {
        batches.push({ entries, finish: (outcomes = entries.map(done)) => resolve(outcomes), fail: reject });
      }),
    ...options,
  });
  /** The results of entries, or the codes or messages of their errors. */
  const submit = (...entries: number[]): Promise<string[]> =>
    Promise.all(
      entries.map((entry) =>
        commits.submit(entry).catch((error: Error & { code?: string }) => error.code ?? error.message),
      ),
    );
  return { commits, batches, submit };
}

describe('Group commit', () => {
  it('writes what came in one turn of the event loop together', async () => {
    const { batches, submit } = setting();
    const answers = submit(1, 2, 3);
    await turn();
    expect(batches.map(({ entries }) => entries)).toEqual([[1, 2, 3]]);
    batches[0]!.finish();
    expect(await answers).toEqual(['done 1', 'done 2', 'done 3']);
  });

  it('gathers what comes while a batch is under way, for the next one', async () => {
    const { commits, batches, submit } = setting();
    void submit(1);
    await turn();
    void submit(2);
    await turn();
    void submit(3);
    await turn();
    expect(batches).toHaveLength(1);
    expect(commits.depth).toBe(2);
    batches[0]!.finish();
    await turn();
    expect(batches.map(({ entries }) => entries)).toEqual([[1], [2, 3]]);
    expect(commits.depth).toBe(0);
    batches[1]!.finish();
  });

  it('keeps the order of submission, in batches no larger than allowed', async () => {
    const { commits, batches, submit } = setting();
    void submit(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    const drained = commits.drained();
    for (let i = 0; i < 3; i++) {
      await turn();
      batches[i]!.finish();
    }
    await drained;
    expect(batches.map(({ entries }) => entries)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
  });

  it('lets an entry fail alone', async () => {
    const { batches, submit } = setting();
    const answers = submit(1, 2, 3);
    await turn();
    batches[0]!.finish([done(1), { ok: false, error: new Error('bad entry') }, done(3)]);
    expect(await answers).toEqual(['done 1', 'bad entry', 'done 3']);
  });

  it('fails a batch as a whole when it could not be written, and writes the next', async () => {
    const { batches, submit } = setting();
    const lost = submit(1, 2);
    await turn();
    const later = submit(3);
    batches[0]!.fail(new Error('connection lost'));
    expect(await lost).toEqual(['connection lost', 'connection lost']);
    await turn();
    batches[1]!.finish();
    expect(await later).toEqual(['done 3']);
  });

  it('fails an entry that the batch has no outcome for', async () => {
    const { batches, submit } = setting();
    const answers = submit(1, 2);
    await turn();
    batches[0]!.finish([done(1)]);
    expect(await answers).toEqual(['done 1', expect.stringMatching(/no outcome/)]);
  });

  it('refuses entries beyond maxWaiting, and accepts entries again afterwards', async () => {
    const { commits, batches, submit } = setting({ maxWaiting: 2 });
    void submit(1);
    await turn();
    void submit(2, 3);
    await expect(commits.submit(4)).rejects.toMatchObject({ code: 'OVERLOADED', retryAfterMs: 250 });
    batches[0]!.finish();
    await turn();
    const again = submit(5);
    batches[1]!.finish();
    await turn();
    batches[2]!.finish();
    expect(await again).toEqual(['done 5']);
  });

  it('drops an entry that waited for longer than patienceMs, unwritten', async () => {
    const { batches, submit } = setting({ patienceMs: -1 });
    expect(await submit(1, 2)).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
    expect(batches).toEqual([]);
  });

  it('calls `answered` when the callers of a batch have continued as far as they can without waiting', async () => {
    const heard: string[] = [];
    const { commits, batches } = setting({ answered: () => heard.push('answered') });
    const goOn = async (entry: number) => {
      await commits.submit(entry);
      for (let deep = 0; deep < 10; deep++) await Promise.resolve();
      heard.push(`caller ${entry}`);
    };
    const callers = Promise.all([goOn(1), goOn(2)]);
    await turn();
    batches[0]!.finish();
    await callers;
    expect(heard).toEqual(['caller 1', 'caller 2']);
    await new Promise((resolve) => process.nextTick(resolve));
    expect(heard).toEqual(['caller 1', 'caller 2', 'answered']);
  });

  it('is drained at once when idle, else when nothing is left', async () => {
    const { commits, batches, submit } = setting();
    await commits.drained();
    void submit(1);
    let drained = false;
    const waits = commits.drained().then(() => (drained = true));
    await turn();
    void submit(2);
    batches[0]!.finish();
    await turn();
    expect(drained).toBe(false);
    batches[1]!.finish();
    await waits;
    expect(drained).toBe(true);
  });

  it('starts again after it was idle', async () => {
    const { batches, submit } = setting();
    for (const entry of [1, 2, 3]) {
      const answer = submit(entry);
      await turn();
      batches.at(-1)!.finish();
      expect(await answer).toEqual([`done ${entry}`]);
    }
    expect(batches).toHaveLength(3);
  });
});
