import { VersionOrder } from './version-order.js';

const CHAT = 7;

describe('The order of versions', () => {
  let order: VersionOrder;
  let heard: string[];
  let hasReaders: boolean;

  beforeEach(() => {
    jest.useFakeTimers();
    order = new VersionOrder();
    heard = [];
    hasReaders = true;
  });
  afterEach(() => jest.useRealTimers());

  const pass = (version: number, { raises = true, chatId = CHAT } = {}): void =>
    order.pass(
      { chatId, version, raises },
      () => heard.push(`${raises ? '' : 'state '}${version}`),
      () => hasReaders,
    );
  const changes = (...versions: number[]): void => versions.forEach((version) => pass(version));
  const state = (version: number): void => pass(version, { raises: false });
  /** Some turns of the event loop. */
  const turns = (): void => void jest.advanceTimersByTime(1);
  /** A chat whose first event has been heard. */
  const begin = (version: number): void => {
    changes(version);
    turns();
    expect(heard).toEqual([`${version}`]);
    heard = [];
  };

  it('lets events in order through at once, without a timer', () => {
    begin(1);
    changes(2, 3, 4);
    expect(heard).toEqual(['2', '3', '4']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps an event until those before it are there', () => {
    begin(1);
    changes(4, 3);
    expect(heard).toEqual([]);
    changes(2);
    expect(heard).toEqual(['2', '3', '4']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('gives up what is missing after 100 ms, and not before', () => {
    begin(1);
    changes(3);
    jest.advanceTimersByTime(99);
    expect(heard).toEqual([]);
    jest.advanceTimersByTime(3);
    expect(heard).toEqual(['3']);
  });

  it('lets each event wait for 100 ms of its own', () => {
    begin(1);
    changes(3);
    jest.advanceTimersByTime(60);
    changes(5);
    jest.advanceTimersByTime(43);
    expect(heard).toEqual(['3']);
    jest.advanceTimersByTime(60);
    expect(heard).toEqual(['3', '5']);
  });

  it('lets everything before an event through with it', () => {
    begin(1);
    changes(6);
    jest.advanceTimersByTime(60);
    changes(4, 7, 3);
    jest.advanceTimersByTime(43);
    expect(heard).toEqual(['3', '4', '6', '7']);
  });

  it('loses nothing that is late or comes again', () => {
    begin(1);
    changes(3);
    jest.advanceTimersByTime(110);
    changes(2, 3);
    expect(heard).toEqual(['3', '2', '3']);
    changes(4);
    expect(heard).toEqual(['3', '2', '3', '4']);
  });

  it('lets the first events of a chat wait for those of the same turn only', () => {
    changes(12, 11);
    expect(heard).toEqual([]);
    turns();
    expect(heard).toEqual(['11', '12']);
    changes(13);
    expect(heard).toEqual(['11', '12', '13']);
  });

  it('sees a gap among the first events of a chat too', () => {
    changes(14, 11);
    turns();
    expect(heard).toEqual(['11']);
    changes(13, 12);
    expect(heard).toEqual(['11', '12', '13', '14']);
  });

  it('lets a state go after the event of its version', () => {
    begin(1);
    state(1);
    state(2);
    expect(heard).toEqual(['state 1']);
    changes(2);
    expect(heard).toEqual(['state 1', '2', 'state 2']);
  });

  it('keeps chats apart', () => {
    begin(1);
    changes(3);
    pass(1, { chatId: 8, raises: false });
    pass(2, { chatId: 8 });
    expect(heard).toEqual(['state 1', '2']);
  });

  it('makes nobody wait where nobody listens', () => {
    begin(1);
    hasReaders = false;
    changes(5);
    expect(jest.getTimerCount()).toBe(0);
    hasReaders = true;
    changes(6);
    expect(heard).toEqual(['5', '6']);
  });

  it('carries out an order after the events that wait, and before later ones', () => {
    begin(1);
    order.after(CHAT, () => heard.push('order'));
    changes(3);
    order.after(CHAT, () => heard.push('later order'));
    changes(4, 2);
    expect(heard).toEqual(['order', '2', '3', 'later order', '4']);
  });

  it('carries out an order of a change before the events of later changes that wait', () => {
    begin(1);
    changes(5, 3);
    order.after(CHAT, () => heard.push('order of 2'), 2);
    order.after(CHAT, () => heard.push('order of 4'), 4);
    changes(2, 4);
    expect(heard).toEqual(['order of 2', '2', '3', 'order of 4', '4', '5']);
  });

  it('keeps a bounded number of events', () => {
    begin(1);
    changes(...Array.from({ length: 2_001 }, (_, i) => 3 + i));
    expect(heard).toHaveLength(2_001);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('remembers a bounded number of chats, the busy ones for long', () => {
    begin(1);
    for (let chatId = 100; chatId < 60_100; chatId++) pass(1, { chatId, raises: false });
    heard = [];
    changes(2);
    expect(heard).toEqual(['2']);
    for (let chatId = 100_000; chatId < 220_000; chatId++) pass(1, { chatId, raises: false });
    heard = [];
    changes(9);
    expect(heard).toEqual([]);
    turns();
    expect(heard).toEqual(['9']);
  });
});
