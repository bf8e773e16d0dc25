import { AppError, type CommandOrder } from '../contract/index.js';
import { CommandLane } from './command-lane.js';

/** A lane that records when its commands start. */
class Lane {
  readonly started: string[] = [];
  private readonly lane = new CommandLane();

  enter(order: CommandOrder, ...names: string[]): void {
    for (const name of names) this.lane.enter(order, () => this.started.push(name));
  }

  leave(order: CommandOrder, times = 1): void {
    for (let i = 0; i < times; i++) this.lane.leave(order);
  }
}

describe('The lane of a socket', () => {
  let lane: Lane;
  beforeEach(() => {
    lane = new Lane();
  });

  it.each<CommandOrder>(['send', 'write', 'read'])(
    'starts a %s at once when nothing is under way',
    (order) => {
      lane.enter(order, 'first');
      expect(lane.started).toEqual(['first']);
    },
  );

  it('starts sends side by side, in the order of arrival', () => {
    lane.enter('send', 'one', 'two', 'three');
    expect(lane.started).toEqual(['one', 'two', 'three']);
  });

  it('starts reads side by side', () => {
    lane.enter('read', 'one', 'two');
    expect(lane.started).toEqual(['one', 'two']);
  });

  it('starts a write after every send before it', () => {
    lane.enter('send', 'send 1', 'send 2');
    lane.enter('write', 'write');
    lane.leave('send');
    expect(lane.started).toEqual(['send 1', 'send 2']);
    lane.leave('send');
    expect(lane.started).toEqual(['send 1', 'send 2', 'write']);
  });

  it('runs writes one after another', () => {
    lane.enter('write', 'one', 'two', 'three');
    expect(lane.started).toEqual(['one']);
    lane.leave('write');
    expect(lane.started).toEqual(['one', 'two']);
    lane.leave('write');
    expect(lane.started).toEqual(['one', 'two', 'three']);
  });

  it.each<CommandOrder>(['send', 'write'])('starts a read after the %s before it', (order) => {
    lane.enter(order, order);
    lane.enter('read', 'read');
    expect(lane.started).toEqual([order]);
    lane.leave(order);
    expect(lane.started).toEqual([order, 'read']);
  });

  it.each<CommandOrder>(['send', 'write', 'read'])('starts a %s at once while a read runs', (order) => {
    lane.enter('read', 'read');
    lane.enter(order, 'next');
    expect(lane.started).toEqual(['read', 'next']);
  });

  it('starts waiting commands in the order of arrival', () => {
    lane.enter('write', 'write 1');
    lane.enter('send', 'send 1', 'send 2');
    lane.enter('read', 'read 1');
    lane.enter('send', 'send 3');
    expect(lane.started).toEqual(['write 1']);
    lane.leave('write');
    expect(lane.started).toEqual(['write 1', 'send 1', 'send 2']);
    lane.leave('send', 2);
    expect(lane.started).toEqual(['write 1', 'send 1', 'send 2', 'read 1', 'send 3']);
  });

  it('is free again when all is done', () => {
    lane.enter('write', 'write');
    lane.enter('read', 'read');
    lane.leave('write');
    lane.leave('read');
    lane.enter('write', 'later');
    expect(lane.started).toEqual(['write', 'read', 'later']);
  });

  it('starts a command that enters while another one starts', () => {
    const order: string[] = [];
    const inner = new CommandLane();
    inner.enter('write', () => order.push('write'));
    inner.enter('read', () => {
      order.push('read');
      inner.enter('read', () => order.push('nested'));
    });
    inner.leave('write');
    expect(order).toEqual(['write', 'read', 'nested']);
  });

  it('refuses the 1,001st waiting command, and still starts the others', () => {
    lane.enter('write', 'write');
    const waiting = Array.from({ length: 1_000 }, (_, i) => `read ${i}`);
    lane.enter('read', ...waiting);
    expect(() => lane.enter('read', 'too many')).toThrow(
      expect.objectContaining({ code: 'OVERLOADED', retryAfterMs: expect.any(Number) }),
    );
    expect(() => lane.enter('read', 'too many')).toThrow(AppError);
    lane.leave('write');
    expect(lane.started).toEqual(['write', ...waiting]);
    lane.enter('send', 'after it');
    expect(lane.started.at(-1)).toBe('after it');
  });
});
