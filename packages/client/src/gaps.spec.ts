import { group } from '../test/views.js';
import { Gaps } from './gaps.js';
import { chatOf, type ChatState } from './store/state.js';

describe('A gap', () => {
  let chat: ChatState;
  let waits: boolean;
  let lost: number[];
  let gaps: Gaps;

  beforeEach(() => {
    jest.useFakeTimers();
    chat = chatOf(group(5, 3), 3);
    chat.ahead.set(5, {} as never);
    waits = false;
    lost = [];
    gaps = new Gaps(
      () => waits,
      (chatId) => lost.push(chatId),
    );
  });
  afterEach(() => jest.useRealTimers());

  it('is a loss after 400 ms', () => {
    gaps.watch(chat);
    jest.advanceTimersByTime(399);
    expect(lost).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(lost).toEqual([5]);
  });

  it('is a loss after 1.5 s while a command of one’s own to that chat is unanswered', () => {
    waits = true;
    gaps.watch(chat);
    jest.advanceTimersByTime(1_499);
    expect(lost).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(lost).toEqual([5]);
  });

  it('is none when what was missing comes by itself', () => {
    gaps.watch(chat);
    jest.advanceTimersByTime(399);
    chat.version = 5;
    chat.ahead.clear();
    jest.advanceTimersByTime(10_000);
    expect(lost).toEqual([]);
  });

  it('has a time of its own: a newer one is not a loss when the time of the one before it ends', () => {
    gaps.watch(chat);
    jest.advanceTimersByTime(300);
    chat.version = 5;
    chat.ahead = new Map([[7, {} as never]]);
    gaps.watch(chat);
    jest.advanceTimersByTime(399);
    expect(lost).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(lost).toEqual([5]);
  });
});
