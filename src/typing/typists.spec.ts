import { EXPIRES_AFTER_MS, MOST_IN_CHAT, MOST_OF_SOCKET, REPEAT_AFTER_MS, Typists } from './typists.js';

const CHAT = 7;
const BOB = 2;

describe('Typists', () => {
  let told: string[];
  let typists: Typists;

  beforeEach(() => {
    jest.useFakeTimers();
    told = [];
    typists = new Typists(({ chatId, userId }, typing) =>
      told.push(`${userId} in ${chatId}: ${typing ? 'types' : 'stopped'}`),
    );
  });
  afterEach(() => {
    typists.clear();
    jest.useRealTimers();
  });

  const types = (userId = BOB, chatId = CHAT, socket = 'phone') =>
    typists.announce(typists.press(chatId, userId, socket));
  const stops = () => typists.stop(typists.find(CHAT, BOB)!);
  const pass = (ms: number) => jest.advanceTimersByTime(ms);

  it('are told of once, however often they say so', () => {
    for (let i = 0; i < 100; i++) types();
    pass(REPEAT_AFTER_MS - 1);
    types();
    expect(told).toEqual(['2 in 7: types']);
  });

  it('are told of again when they go on, so that nobody forgets them', () => {
    types();
    pass(REPEAT_AFTER_MS);
    types();
    expect(told).toEqual(['2 in 7: types', '2 in 7: types']);
  });

  it('have stopped when they say so, and when they say nothing more', () => {
    types();
    stops();
    expect(told).toEqual(['2 in 7: types', '2 in 7: stopped']);
    pass(REPEAT_AFTER_MS);
    types();
    pass(EXPIRES_AFTER_MS - 1);
    expect(told).toHaveLength(3);
    pass(1);
    expect(told[3]).toBe('2 in 7: stopped');
    expect(typists.find(CHAT, BOB)).toBeUndefined();
  });

  it('go on for as long as they repeat it, also when the repeat is swallowed', () => {
    types();
    pass(REPEAT_AFTER_MS - 1);
    types();
    pass(EXPIRES_AFTER_MS - 1);
    expect(told).toEqual(['2 in 7: types']);
    pass(1);
    expect(told).toEqual(['2 in 7: types', '2 in 7: stopped']);
  });

  it('who begin and stop all the time are told of as rarely', () => {
    for (let i = 0; i < 100; i++) {
      types();
      stops();
    }
    expect(told).toEqual(['2 in 7: types', '2 in 7: stopped']);
    types();
    pass(REPEAT_AFTER_MS - 1);
    expect(told).toHaveLength(2);
    pass(1);
    expect(told).toEqual(['2 in 7: types', '2 in 7: stopped', '2 in 7: types']);
  });

  it('whose message came have stopped, and may begin again at once', () => {
    types();
    typists.remove(typists.find(CHAT, BOB)!);
    types();
    expect(told).toEqual(['2 in 7: types', '2 in 7: stopped', '2 in 7: types']);
  });

  it('who stopped before they were told of are not told of', () => {
    const typist = typists.press(CHAT, BOB, 'phone');
    typists.stop(typist);
    typists.announce(typist);
    expect(told).toEqual([]);
    expect(typists.find(CHAT, BOB)).toBeUndefined();
  });

  it(`of one chat are told of up to ${MOST_IN_CHAT} at once`, () => {
    for (let userId = 1; userId <= MOST_IN_CHAT + 5; userId++) types(userId, CHAT, `socket ${userId}`);
    expect(told).toHaveLength(MOST_IN_CHAT);
    types(1, 8);
    expect(told).toHaveLength(MOST_IN_CHAT + 1);
    stops();
    types(MOST_IN_CHAT + 5, CHAT, 'tablet');
    expect(told.slice(-2)).toEqual(['2 in 7: stopped', `${MOST_IN_CHAT + 5} in 7: types`]);
  });

  it(`at one socket type in ${MOST_OF_SOCKET} chats at most: the first ends`, () => {
    for (let chatId = 1; chatId <= MOST_OF_SOCKET + 1; chatId++) types(BOB, chatId);
    expect(told.at(-2)).toBe('2 in 1: stopped');
    expect([...typists.at('phone')]).toHaveLength(MOST_OF_SOCKET);
  });

  it('belong to the socket that said it last', () => {
    types();
    types(BOB, CHAT, 'laptop');
    expect([...typists.at('phone')]).toEqual([]);
    expect([...typists.at('laptop')]).toMatchObject([{ userId: BOB }]);
  });

  it('leave nothing behind', () => {
    for (let userId = 1; userId <= 30; userId++) types(userId, userId % 3, `socket ${userId}`);
    pass(EXPIRES_AFTER_MS);
    expect(jest.getTimerCount()).toBe(0);
    const { chats, sockets } = typists as unknown as Record<string, Map<unknown, unknown>>;
    expect([chats!.size, sockets!.size]).toEqual([0, 0]);
  });
});
