/** Invalid values, and texts that must come back unchanged. Both edges get the same. */

/** Occurs in an answer only if the answer repeats the input. */
export const MARKER = 'Zq7xEcHoMaRkEr';

/** Texts that are stored byte for byte. */
export const storableTexts: Record<string, string> = {
  'one letter': 'a',
  'white space around it': ' \t\n a \r\n ',
  emoji: '😀🎉👍🏽',
  'a family joined by ZWJ': '👨‍👩‍👧‍👦 🏳️‍🌈',
  'right to left': 'שלום مرحبا بالعالم',
  'bidi controls': '\u202Eabc\u202C \u2067x\u2069',
  'combining marks': `e\u0301 Z\u0351\u036B\u0343 ${'a' + '\u0300'.repeat(200)}`,
  'composed and decomposed': 'é e\u0301 ﬁ fi Å Å Å',
  'control characters':
    Array.from({ length: 31 }, (_, i) => String.fromCharCode(i + 1)).join('') + 'x\x7f\x9f',
  'line separators and a BOM': '\uFEFFa\u2028b\u2029c\uFFFD\uFFFE\uFFFF',
  'characters past the BMP': '𠜎𝒳\u{10FFFD}\u{10FFFF}',
  'quotes and escapes': `"'\`\\\\ \\u0000 \\x00 \\ud800 %00 &#0; $1 $$ \\' \\"`,
  'SQL and markup': `'; DROP TABLE messages; -- <script>alert(1)</script> {{7*7}} \${x}`,
  'what looks like frames': '42["newMessage",{"id":1}]\x1e43[{"ok":true}]',
  '10,000 letters': 'x'.repeat(10_000),
  '10,000 units of emoji': '😀'.repeat(5_000),
  '10,000 letters of three bytes': '漢'.repeat(10_000),
};

/** Values that are not valid as the content of a message: VALIDATION_FAILED. */
export const refusedTexts: Record<string, string> = {
  empty: '',
  blank: '   ',
  'blank in Unicode': '\u00A0\u3000\u2003\uFEFF\n\t',
  'a NUL': 'a\0b',
  'nothing but NUL': '\0',
  'a lone high surrogate': 'a\uD83D',
  'a lone low surrogate': '\uDE00a',
  'a pair the wrong way round': 'x\uDE00\uD83Dx',
  '10,001 letters': 'x'.repeat(10_001),
  '10,002 units of emoji': '😀'.repeat(5_001),
};

/** JSON texts that are not ids: VALIDATION_FAILED. So is null where an id has to be. */
export const refusedIds: string[] = [
  '0',
  '-1',
  '1.5',
  '-0',
  '9007199254740992',
  '9007199254740993',
  '1e20',
  '1e400',
  '-1e400',
  '"1e3"',
  '"0x1"',
  '" 1"',
  '"1 "',
  '"+1"',
  '"-1"',
  '"1.0"',
  '""',
  '"9007199254740992"',
  '"99999999999999999999"',
  '"NaN"',
  '"Infinity"',
  '"١"',
  '"1\\u0000"',
  '"1;DROP TABLE users"',
  'true',
  'false',
  '[]',
  '[1]',
  '[[1]]',
  '["1","2"]',
  '{}',
  '{"$ne":1}',
  '{"$gt":0}',
  '{"id":1}',
  '{"valueOf":1}',
  '{"toString":"1"}',
  '{"__proto__":{"id":1}}',
  '{"constructor":{"prototype":{}}}',
  `"${MARKER}"`,
  `{"${MARKER}":"${MARKER}"}`,
  `["${MARKER}"]`,
];

/** JSON texts of large ids that do not exist; nothing breaks. */
export const largeIds: string[] = [
  '2147483647',
  '2147483648',
  '4294967296',
  '"4294967297"',
  '9007199254740991',
];

/** JSON texts that are not objects, where an object with more than an id is expected. */
export const refusedPayloads: string[] = [
  'null',
  'true',
  '1',
  '"1"',
  '1e400',
  '""',
  `"${MARKER}"`,
  '[]',
  '[[]]',
  `[{"${MARKER}":1}]`,
  '{}',
  `{"${MARKER}":"${MARKER}"}`,
  '{"__proto__":{"user1Id":1,"user2Id":2,"content":"x","chatId":1,"receiverId":2}}',
  '{"constructor":{"prototype":{"chatId":1,"content":"x"}}}',
];

/** JSON of free-form metadata that is refused. */
export const refusedMetadata: Record<string, string> = {
  'no object': `"${MARKER}"`,
  'an array': `["${MARKER}"]`,
  'nine levels': '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}}',
  '251 keys': JSON.stringify(Object.fromEntries(Array.from({ length: 251 }, (_, i) => [`${MARKER}${i}`, 1]))),
  'an array of 251': `{"a":[${'1,'.repeat(250)}1]}`,
  '17,000 bytes': JSON.stringify({ [MARKER]: 'x'.repeat(17_000) }),
  'a NUL in a value': '{"a":"\\u0000"}',
  'a NUL in a key': `{"${MARKER}\\u0000":1}`,
  'a lone surrogate': '{"a":["\\ud800"]}',
  infinity: '{"a":1e400}',
  '2^53': '{"a":9007199254740992}',
  'what is rounded to 2^53': '{"a":[{"b":9007199254740993}]}',
  'less than -2^53': '{"a":-9007199254740993}',
  'an integer of 20 digits': '{"a":12345678901234567890}',
};

/** JSON of free-form metadata that is stored as it is. */
export const storableMetadata: Record<string, string> = {
  empty: '{}',
  'eight levels': '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":1}}}}}}}}',
  '250 keys': JSON.stringify(Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`k${i}`, 1]))),
  '16,384 bytes': JSON.stringify({ a: 'x'.repeat(16_376) }),
  'null and booleans': '{"a":null,"b":[true,false,null]}',
  'the largest integers': '{"a":9007199254740991,"b":-9007199254740991}',
  fractions: '{"a":0.1,"b":-2.5,"c":1.5e-7}',
  __proto__: '{"__proto__":{"admin":true}}',
  'a deep __proto__': '{"a":{"__proto__":{"admin":true}}}',
  constructor: '{"constructor":{"prototype":{"admin":true}}}',
  prototype: '{"a":[{"prototype":1}]}',
  'names of methods': '{"toString":1,"valueOf":"x","hasOwnProperty":[],"toJSON":{},"length":-1,"then":1}',
};

/** Nested empty arrays. */
export const nested = (bytes: number): string => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2);

/** Nested objects. */
export const nestedObjects = (bytes: number): string =>
  '{"a":'.repeat(Math.floor(bytes / 6)) + '1' + '}'.repeat(Math.floor(bytes / 6));

/** An object with so many keys. */
export const keys = (count: number): string =>
  `{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join(',')}}`;
