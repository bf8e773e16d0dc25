import { Logger } from '@nestjs/common';
import { Bus } from './bus.js';

declare module './bus.js' {
  interface InnerEvents {
    /** Of this test. */
    bellRang: { times: number };
  }
}

describe('The bus', () => {
  let bus: Bus;
  let heard: string[];
  beforeEach(() => {
    bus = new Bus();
    heard = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((_, what: string) => heard.push(`log: ${what}`));
  });
  afterEach(() => jest.restoreAllMocks());

  it('calls every listener at once, in the order of their subscription', () => {
    bus.on('bellRang', ({ times }) => void heard.push(`one: ${times}`));
    bus.on('bellRang', ({ times }) => void heard.push(`other: ${times}`));
    bus.emit('bellRang', { times: 2 });
    expect(heard).toEqual(['one: 2', 'other: 2']);
  });

  it('logs errors of a listener, and still calls the others', async () => {
    bus.on('bellRang', () => {
      throw new Error('deaf');
    });
    bus.on('bellRang', () => Promise.reject(new Error('deaf later')));
    bus.on('bellRang', () => void heard.push('heard'));
    bus.emit('bellRang', { times: 1 });
    expect(heard).toEqual(['log: A listener of bellRang failed', 'heard']);
    await new Promise(setImmediate);
    expect(heard).toHaveLength(3);
  });

  it('waits for its listeners in emitAndWait', async () => {
    let done: () => void = () => undefined;
    bus.on('bellRang', () => Promise.reject(new Error('deaf')));
    bus.on('bellRang', () => new Promise((resolve) => (done = resolve)));
    const waited = bus.emitAndWait('bellRang', { times: 1 }).then(() => heard.push('done'));
    await new Promise(setImmediate);
    expect(heard).toEqual(['log: A listener of bellRang failed']);
    done();
    await waited;
    expect(heard).toHaveLength(2);
  });

  it('accepts events without listeners', async () => {
    bus.emit('bellRang', { times: 1 });
    await bus.emitAndWait('bellRang', { times: 1 });
  });
});
