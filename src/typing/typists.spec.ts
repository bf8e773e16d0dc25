import { EXPIRES_AFTER_MS, MOST_IN_CHAT, MOST_OF_SOCKET, REPEAT_AFTER_MS, Typists } from './typists.js';

const CHAT = 7;
const BOB = 2;

describe('Typists', () => {
  let announced: string[];
  let typists: Typists;

  beforeEach(() => {
    jest.useFakeTimers();
    announced = [];
    typists = new Typists(({ chatId, userId }, typing) =>
      announced.push(`${userId} in ${chatId}: ${typing ? 'types' : 'stopped'}`),
    );
  });
  afterEach(() => {
    typists.clear();
    jest.useRealTimers();
  });

  const startTyping = (userId = BOB, chatId = CHAT, socket = 'phone') =>
    typists.announce(typists.press(chatId, userId, socket));
  const stopTyping = () => typists.stop(typists.find(CHAT, BOB)!);
  const pass = (ms: number) => jest.advanceTimersByTime(ms);

  it('are announced once, however often they repeat it', () => {
    for (let i = 0; i < 100; i++) startTyping();
    pass(REPEAT_AFTER_MS - 1);
    startTyping();
    expect(announced).toEqual(['2 in 7: types']);
  });

  it('are announced again when they keep typing, so that clients do not time out', () => {
    startTyping();
    pass(REPEAT_AFTER_MS);
    startTyping();
    expect(announced).toEqual(['2 in 7: types', '2 in 7: types']);
  });

  it('stop by a command, and by a timeout', () => {
    startTyping();
    stopTyping();
    expect(announced).toEqual(['2 in 7: types', '2 in 7: stopped']);
    pass(REPEAT_AFTER_MS);
    startTyping();
    pass(EXPIRES_AFTER_MS - 1);
    expect(announced).toHaveLength(3);
    pass(1);
    expect(announced[3]).toBe('2 in 7: stopped');
    expect(typists.find(CHAT, BOB)).toBeUndefined();
  });

  it('keep typing for as long as they repeat it, even when the repeat is not announced', () => {
    startTyping();
    pass(REPEAT_AFTER_MS - 1);
    startTyping();
    pass(EXPIRES_AFTER_MS - 1);
    expect(announced).toEqual(['2 in 7: types']);
    pass(1);
    expect(announced).toEqual(['2 in 7: types', '2 in 7: stopped']);
  });

  it('who start and stop all the time are announced no more often', () => {
    for (let i = 0; i < 100; i++) {
      startTyping();
      stopTyping();
    }
    expect(announced).toEqual(['2 in 7: types', '2 in 7: stopped']);
    startTyping();
    pass(REPEAT_AFTER_MS - 1);
    expect(announced).toHaveLength(2);
    pass(1);
    expect(announced).toEqual(['2 in 7: types', '2 in 7: stopped', '2 in 7: types']);
  });

  it('stop with their message, and may start again at once', () => {
    startTyping();
    typists.remove(typists.find(CHAT, BOB)!);
    startTyping();
    expect(announced).toEqual(['2 in 7: types', '2 in 7: stopped', '2 in 7: types']);
  });

  it('who stop before they are announced are never announced', () => {
    const typist = typists.press(CHAT, BOB, 'phone');
    typists.stop(typist);
    typists.announce(typist);
    expect(announced).toEqual([]);
    expect(typists.find(CHAT, BOB)).toBeUndefined();
  });

  it(`of one chat are announced up to ${MOST_IN_CHAT} at once`, () => {
    for (let userId = 1; userId <= MOST_IN_CHAT + 5; userId++) startTyping(userId, CHAT, `socket ${userId}`);
    expect(announced).toHaveLength(MOST_IN_CHAT);
    startTyping(1, 8);
    expect(announced).toHaveLength(MOST_IN_CHAT + 1);
    stopTyping();
    startTyping(MOST_IN_CHAT + 5, CHAT, 'tablet');
    expect(announced.slice(-2)).toEqual(['2 in 7: stopped', `${MOST_IN_CHAT + 5} in 7: types`]);
  });

  it(`at one socket type in at most ${MOST_OF_SOCKET} chats: the oldest ends`, () => {
    for (let chatId = 1; chatId <= MOST_OF_SOCKET + 1; chatId++) startTyping(BOB, chatId);
    expect(announced.at(-2)).toBe('2 in 1: stopped');
    expect([...typists.at('phone')]).toHaveLength(MOST_OF_SOCKET);
  });

  it('belong to the socket that sent the last command', () => {
    startTyping();
    startTyping(BOB, CHAT, 'laptop');
    expect([...typists.at('phone')]).toEqual([]);
    expect([...typists.at('laptop')]).toMatchObject([{ userId: BOB }]);
  });

  it('leave nothing behind', () => {
    for (let userId = 1; userId <= 30; userId++) startTyping(userId, userId % 3, `socket ${userId}`);
    pass(EXPIRES_AFTER_MS);
    expect(jest.getTimerCount()).toBe(0);
    const { chats, sockets } = typists as unknown as Record<string, Map<unknown, unknown>>;
    expect([chats!.size, sockets!.size]).toEqual([0, 0]);
  });
});
