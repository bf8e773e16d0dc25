import { wordsOf } from './name-words.js';

describe('wordsOf', () => {
  it.each([
    ['Ada Lovelace', ['ada', 'lovelace']],
    ['Zoë O’Brien-Müller', ['zoe', 'o', 'brien', 'muller']],
    ['ZOE\u0308', ['zoe']],
    ['İbrahim IŞIK Işık', ['ibrahim', 'isik']],
    ['Straße STRASSE', ['strasse']],
    ['Øystein Łukasz Æsop', ['oystein', 'lukasz', 'aesop']],
    ['ΟΔΟΣ Οδός', ['οδοσ']],
    ['Борис Ёлкин', ['борис', 'елкин']],
    ['山田太郎', ['山田太郎']],
    ['ﬁne Ⅳ', ['fine', 'iv']],
    ['Agent 007 👩‍🚀', ['agent', '007']],
    ['👩‍🚀 ...', []],
    ['', []],
  ])('takes %j apart', (name, words) => {
    expect(wordsOf(name)).toEqual(words);
  });

  it('takes no more than ten words of forty characters', () => {
    const words = wordsOf(`${'x'.repeat(100)} ${Array.from({ length: 20 }, (_, i) => `w${i}`).join(' ')}`);
    expect(words).toHaveLength(10);
    expect(words[0]).toBe('x'.repeat(40));
  });

  it('finds Hangul by the beginning of a syllable', () => {
    expect(wordsOf('김민수')[0]!.startsWith(wordsOf('기')[0]!)).toBe(true);
  });
});
