import { Batch, Cell } from './readable.js';

describe('What can be watched', () => {
  it('tells once of all changes until its schedule lets it', () => {
    const waiting: (() => void)[] = [];
    const batch = new Batch((tell) => waiting.push(tell));
    let value = 0;
    let computed = 0;
    const cell = new Cell(batch, () => (computed++, value));
    const heard: number[] = [];
    cell.subscribe(() => heard.push(cell.get()));
    for (value = 1; value < 100; value++) cell.invalidate();
    expect([heard, waiting.length, computed]).toEqual([[], 1, 0]);
    expect(cell.get()).toBe(100);
    waiting.shift()?.();
    expect([heard, computed]).toEqual([[100], 1]);
    value = 101;
    cell.invalidate();
    waiting.shift()?.();
    expect(heard).toEqual([100, 101]);
  });

  it('tells by default when the code that changes it has ended', async () => {
    const cell = new Cell(new Batch(), () => 1);
    let heard = 0;
    cell.subscribe(() => heard++);
    cell.invalidate();
    cell.invalidate();
    expect(heard).toBe(0);
    await Promise.resolve();
    expect(heard).toBe(1);
  });
});
