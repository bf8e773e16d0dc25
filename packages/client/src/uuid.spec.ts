import { uuid } from './uuid.js';

const VERSION_4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const whole = crypto;

/** `crypto` as it is over HTTPS, over plain HTTP, and in React Native. */
const sources: [string, Partial<Crypto> | undefined][] = [
  ['randomUUID', whole],
  ['getRandomValues alone', { getRandomValues: (bytes) => whole.getRandomValues(bytes) }],
  ['no `crypto`', undefined],
];

describe.each(sources)('A UUID with %s', (_, source) => {
  const had = Object.getOwnPropertyDescriptor(globalThis, 'crypto')!;
  beforeAll(() => Object.defineProperty(globalThis, 'crypto', { configurable: true, value: source }));
  afterAll(() => Object.defineProperty(globalThis, 'crypto', had));

  it('is of version 4, with each digit in each place, and another one each time', () => {
    const made = Array.from({ length: 1_000 }, uuid);
    expect(made.filter((one) => !VERSION_4.test(one))).toEqual([]);
    expect(new Set(made).size).toBe(made.length);
    const at = (place: number) => new Set(made.map((one) => one[place])).size;
    expect([at(0), at(19), at(35)]).toEqual([16, 4, 16]);
  });
});
