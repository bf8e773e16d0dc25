import { Gatherings } from './gatherings.js';

const at = (messageId: number) => ({ messageId, outboxId: 0 });
const GATHERED = 10;
const DELAYED = 100;

describe('What is gathered for pushes', () => {
  it('is told together for a chat, at the time of its first message', () => {
    const gatherings = new Gatherings();
    gatherings.read(at(1), [{ chatId: 7, seq: 1 }], GATHERED);
    gatherings.read(at(2), [{ chatId: 7, seq: 2 }], GATHERED + 5);
    expect(gatherings.take('all', GATHERED - 1, 50)).toEqual([]);
    expect(gatherings.take('all', GATHERED, 50)).toMatchObject([{ chatId: 7, firstSeq: 1, lastSeq: 2 }]);
    expect(gatherings.size).toBe(0);
  });

  it('is told later to each person at their own time, once a chat', () => {
    const gatherings = new Gatherings();
    const stretch = (seq: number) => ({ chatId: 7, firstSeq: seq, lastSeq: seq, parts: new Set<never>() });
    gatherings.delay(stretch(1), [1, 2], DELAYED);
    gatherings.delay(stretch(2), [2, 3], DELAYED + 20);
    expect(gatherings.delayedPeople).toBe(3);
    const [first, ...none] = gatherings.take('delayed', DELAYED + 19, 50);
    expect(none).toEqual([]);
    expect(first).toMatchObject({ firstSeq: 1, lastSeq: 2, userIds: new Set([1, 2]) });
    expect(gatherings.take('delayed', DELAYED + 20, 50)).toMatchObject([
      { firstSeq: 2, lastSeq: 2, userIds: new Set([3]) },
    ]);
    expect(gatherings.delayedPeople).toBe(0);
  });

  it('is done up to where nothing is open, also of what was put off or put back', () => {
    const gatherings = new Gatherings();
    gatherings.read(at(1), [{ chatId: 7, seq: 1 }], GATHERED);
    gatherings.read(at(2), [{ chatId: 8, seq: 1 }], GATHERED);
    const [one, other] = gatherings.take('all', GATHERED, 50);
    gatherings.finish(other!);
    expect(gatherings.done()).toBeUndefined();
    gatherings.putBack([one!], GATHERED);
    const [again] = gatherings.take('all', GATHERED, 50);
    gatherings.delay(again!, [1], DELAYED);
    gatherings.finish(again!);
    expect(gatherings.done()).toBeUndefined();
    const [late] = gatherings.take('delayed', DELAYED, 50);
    gatherings.finish(late!);
    expect(gatherings.done()).toEqual(at(2));
  });
});
