import { asLines, clear, KEPT, note, withoutSecrets } from './log';
import { hashOf, placeOf } from './link';

const line = (name: string, data: unknown = {}) =>
  note({ key: 1, who: 'Ann', colour: 0, direction: 'in', via: 'socket', name, data });
const exported = () =>
  asLines()
    .split('\n')
    .map((one) => JSON.parse(one) as { name: string; size: number; at: string; data: unknown });

// Drawing is the browser's.
beforeAll(() => Object.assign(globalThis, { requestAnimationFrame: () => 1 }));
afterEach(clear);

describe('The log of the console', () => {
  it('keeps the newest 5,000 lines, in their order', () => {
    for (let n = 1; n <= KEPT + 2; n++) line(`event${n}`);
    const names = exported().map(({ name }) => name);
    expect(KEPT).toBe(5_000);
    expect(names).toHaveLength(KEPT);
    expect([names[0], names.at(-1)]).toEqual(['event3', 'event5002']);
  });

  it('is exported as JSON lines with time and size in bytes, without secrets', () => {
    line('login', { username: 'ann', accessToken: 'abc', content: 'ä' });
    const [only] = exported();
    expect(only).toMatchObject({ name: 'login', size: 53, data: { username: 'ann', accessToken: '…' } });
    expect(only!.at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });
});

describe('What a link and a file leave out', () => {
  it('is all below a name of secrets, and no number', () => {
    expect(
      withoutSecrets({
        refreshToken: 'a',
        newPassword: 'b',
        keys: { auth: 'c' },
        list: [{ secret: ['d'] }],
        tokens: 12,
        token: null,
        content: 'a token',
      }),
    ).toEqual({
      refreshToken: '…',
      newPassword: '…',
      keys: '…',
      list: [{ secret: '…' }],
      tokens: 12,
      token: null,
      content: 'a token',
    });
  });

  it('leaves the command and the rest of its input, also what looks like the address', () => {
    const input = { chatId: 1, content: '&?#=%20 “quoted” 👋' };
    expect(placeOf(hashOf({ command: 'sendMessage', input }))).toEqual({ command: 'sendMessage', input });
    expect(hashOf({ command: 'getChats', input: {} })).toBe('#/getChats');
  });
});
