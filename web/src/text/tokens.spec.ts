import fc from 'fast-check';
import { blocksOf, type Token, tokensOf } from './tokens';

const textOf = (token: Token): string =>
  'children' in token ? token.children.map(textOf).join('') : token.text;

describe('The text of a message', () => {
  it('is bold, italic, struck, code, a link or a mention where the marks say so', () => {
    expect(tokensOf('*b* _i_ ~s~ `c*d*` @Ann Lee, see https://x.test/a?b=(1).', ['Ann Lee'])).toEqual([
      { kind: 'bold', children: [{ kind: 'text', text: 'b' }] },
      { kind: 'text', text: ' ' },
      { kind: 'italic', children: [{ kind: 'text', text: 'i' }] },
      { kind: 'text', text: ' ' },
      { kind: 'strike', children: [{ kind: 'text', text: 's' }] },
      { kind: 'text', text: ' ' },
      { kind: 'code', text: 'c*d*' },
      { kind: 'text', text: ' ' },
      { kind: 'mention', text: '@Ann Lee' },
      { kind: 'text', text: ', see ' },
      { kind: 'link', href: 'https://x.test/a?b=(1', text: 'https://x.test/a?b=(1' },
      { kind: 'text', text: ').' },
    ]);
  });

  it('stays as it is where marks are within words, open, or around blanks', () => {
    for (const text of ['2*3*4', 'snake_case_name', '*open', '* a *', 'javascript:alert(1)', '<b>x</b>'])
      expect(tokensOf(text)).toEqual([{ kind: 'text', text }]);
  });

  it('has blocks of code, in which nothing is a mark, and quotes', () => {
    expect(blocksOf('```\n*a*\n```\n> b\n> c\nd')).toEqual([
      { kind: 'fence', text: '*a*' },
      { kind: 'quote', lines: [[{ kind: 'text', text: 'b' }], [{ kind: 'text', text: 'c' }]] },
      { kind: 'line', tokens: [{ kind: 'text', text: 'd' }] },
    ]);
  });

  it('loses no character but its marks', () => {
    const text = fc.string({
      unit: fc.constantFrom('*', '_', '~', '`', ' ', 'a', '@', 'http://x.y', 'é', '👍'),
    });
    const bare = (value: string) => value.replace(/[*_~`]/g, '');
    fc.assert(
      fc.property(text, (value) => {
        expect(bare(tokensOf(value).map(textOf).join(''))).toBe(bare(value));
      }),
    );
  });

  it('takes a time that grows with its length, whatever stands in it', () => {
    for (const unit of ['*a ', '`', '_x_', '*_~', 'http://', '@', '> ', '*a* `']) {
      const long = unit.repeat(Math.ceil(10_000 / unit.length));
      const before = performance.now();
      blocksOf(long, ['Ann']);
      expect(performance.now() - before).toBeLessThan(500);
    }
  });
});
