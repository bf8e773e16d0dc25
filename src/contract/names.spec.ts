import fc from 'fast-check';
import { displayName, emoji, formerEmoji, url } from './names.js';

const name = displayName(200);
const faultOf = (schema: typeof name, value: unknown) => schema.safeParse(value).error?.issues[0]?.message;

describe('A name', () => {
  it.each([
    ['letters', 'Ada Lovelace'],
    ['an apostrophe and a dash', 'Seán O’Neill-Smith'],
    ['right to left', 'שלום مرحبا'],
    ['Persian with a joiner', 'می\u200cخواهم'],
    ['Sinhala with a joiner', 'ශ්\u200dරී'],
    ['Hindi with marks', 'हिन्दी क्षत्रिय'],
    ['Tibetan with stacked letters', 'བསྒྲུབས'],
    ['Thai with two marks', 'น้ำผึ้ง'],
    ['Han with a variant', '葛\u{E0100}城'],
    ['emoji', '😀 👍🏽 ❤️ 1️⃣ 🇩🇪'],
    ['a family and a flag joined by ZWJ', '👨‍👩‍👧‍👦 🏳️‍🌈 👩‍❤️‍👨'],
    ['a flag in tag characters', '🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}'],
    ['two hundred families', '👨‍👩‍👧‍👦'.repeat(90)],
    ['two hundred letters', 'x'.repeat(200)],
    ['quotes and markup', `"'\\ <b>&amp;</b> $1`],
  ])('may have %s', (_, value) => {
    expect(name.parse(value)).toBe(value.normalize('NFC'));
  });

  it.each([
    ['is empty', '', 'blank'],
    ['is blank', ' \u00a0\u3000', 'blank'],
    ['has a line break', 'a\nb', 'control'],
    ['has a tab', 'a\tb', 'control'],
    ['has a separator of lines', 'a\u2028b', 'control'],
    ['has a C1 control', 'a\u0085b', 'control'],
    ['has an override', 'a\u202Eb', 'direction'],
    ['has an isolate', '\u2066a\u2069', 'direction'],
    ['has a mark of direction', 'a\u200F', 'direction'],
    ['has a space of no width', 'Ad\u200Bmin', 'invisible'],
    ['has a word joiner', 'Ad\u2060min', 'invisible'],
    ['has a BOM', '\uFEFFAdmin', 'invisible'],
    ['has a soft hyphen', 'Ad\u00ADmin', 'invisible'],
    ['ends with a joiner', 'Admin\u200D', 'invisible'],
    ['begins with a joiner', '\u200CAdmin', 'invisible'],
    ['has two joiners in a row', 'a\u200D\u200Db', 'invisible'],
    ['has two selectors in a row', 'a\uFE0F\uFE0Fb', 'invisible'],
    ['is a filler', '\u3164', 'invisible'],
    ['is an empty Braille cell', '\u2800', 'invisible'],
    ['has tag characters', 'a\u{E0061}\u{E0062}', 'invisible'],
    ['hides text in the tags of a flag', '🏴\u{E0061}\u{E0062}\u{E007F}', 'invisible'],
    ['has a noncharacter', 'a\uFFFF', 'invisible'],
    ['begins with an accent', '\u0301a', 'accent'],
    ['has an accent on a space', 'a \u0301b', 'accent'],
    ['has a flood of accents', `Z${'\u0351\u036B'.repeat(5)}`, 'accents'],
    ['has 201 letters', 'x'.repeat(201), '200 characters'],
    ['has 201 emoji', '😀'.repeat(201), '200 characters'],
    ['has few characters of many units', '👨‍👩‍👧‍👦'.repeat(100), '200 characters'],
    ['has a NUL', 'a\0', 'NUL'],
    ['has a lone surrogate', 'a\uD83D', 'surrogates'],
  ])('is refused when it %s, and told why', (_, value, word) => {
    expect(faultOf(name, value)).toContain(word);
  });

  it.each([1, null, {}, ['a']])('is text, not %j', (value) => {
    expect(name.safeParse(value).success).toBe(false);
  });

  it('comes in one form, however it was typed', () => {
    expect(name.parse('Se\u0301an \u212Bngstro\u0308m')).toBe('Séan Ångström');
  });

  it('is taken as it is when it comes back, is bounded, and shows something', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('a', ' ', '\u200D', '\u200B', '\u202E', '\u0301', '\uFE0F', '😀', '👨‍👩‍👧', '\n'),
      }),
    );
    fc.assert(
      fc.property(texts, (value) => {
        const { success, data } = name.safeParse(value);
        if (!success) return;
        expect(name.parse(data)).toBe(data);
        expect(data.length).toBeLessThanOrEqual(1_000);
        expect(data).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069\u200B]/u);
        expect(data).toMatch(/[^\p{Cc}\p{Z}\p{DI}]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('A URL', () => {
  it.each([
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://EXAMPLE.com:443/a/../b c?q=ü', 'https://example.com/b%20c?q=%C3%BC'],
    ['http://bücher.example/\u202Egnp.a', 'http://xn--bcher-kva.example/%E2%80%AEgnp.a'],
    ['http:\\\\example.com\\a', 'http://example.com/a'],
    [' https://example.com/a\n', 'https://example.com/a'],
  ])('%j is stored as %j', (value, stored) => {
    expect(url.parse(value)).toBe(stored);
    expect(url.parse(stored)).toBe(stored);
  });

  it.each([
    ['javascript:alert(1)', 'http or https'],
    ['data:text/html,x', 'http or https'],
    ['//example.com', 'http or https'],
    ['https://', 'http or https'],
    ['https://user@example.com/', 'user name'],
    ['https://user:secret@example.com/', 'user name'],
    ['https://example.com@evil.example/', 'user name'],
    [`https://example.com/${'x'.repeat(2_048)}`, '2048'],
    [`https://example.com/${'ü'.repeat(700)}`, 'normalised'],
  ])('%s is refused, and told why', (value, word) => {
    expect(url.safeParse(value).error?.issues[0]?.message).toContain(word);
  });
});

describe('A reaction', () => {
  it.each(['👍', '❤️', '👩‍👩‍👦', '#️⃣', '+1', ':x:'])('may be %s', (value) => {
    expect(emoji.parse(value)).toBe(value);
  });

  it.each(['\u202E', '\u200B', '\u3164', 'a\u200B', '\u0301'])('can not be invisible: %j', (value) => {
    expect(emoji.safeParse(value).success).toBe(false);
    expect(formerEmoji.safeParse(value).success).toBe(true);
  });
});
