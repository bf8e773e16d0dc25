import { RepeatedLook } from './repeated-look.js';

/** A look that ends when a test says so. */
function looks() {
  const ends: (() => void)[] = [];
  const look = jest.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
  const repeated = new RepeatedLook({ what: 'anything', everyMs: 1_000_000, look });
  return { ends, look, repeated };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('A repeated look', () => {
  it('looks once more for news that came during a look, however often', async () => {
    const { ends, look, repeated } = looks();
    const first = repeated.now();
    await repeated.now();
    await repeated.now();
    expect(look).toHaveBeenCalledTimes(1);
    ends[0]!();
    await turn();
    expect(look).toHaveBeenCalledTimes(2);
    ends[1]!();
    await first;
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('stops when the look under way has ended, and looks no more', async () => {
    const { ends, look, repeated } = looks();
    void repeated.now();
    await repeated.now();
    let stopped = false;
    const stop = repeated.stop().then(() => (stopped = true));
    await turn();
    expect(stopped).toBe(false);
    ends[0]!();
    await stop;
    await repeated.now();
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('looks again after a look that failed', async () => {
    const look = jest.fn(() => Promise.reject(new Error('away')));
    const repeated = new RepeatedLook({ what: 'anything', everyMs: 1_000_000, look });
    await repeated.now();
    await repeated.now();
    expect(look).toHaveBeenCalledTimes(2);
  });
});
