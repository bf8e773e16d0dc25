/**
 * Writes src/emoji/emoji.txt anew, from a folder of the package emojibase-data:
 *
 *   npm pack emojibase-data && tar xzf emojibase-data-*.tgz && node web/scripts/emoji.mjs package
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was added to Unicode later, many devices can't show yet. */
const NEWEST = 15.1;
const GROUPS = [
  [0, 'Smileys'],
  [1, 'People'],
  [3, 'Animals and nature'],
  [4, 'Food and drink'],
  [5, 'Travel and places'],
  [6, 'Activities'],
  [7, 'Objects'],
  [8, 'Symbols'],
  [9, 'Flags'],
];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Name the folder of the unpacked package emojibase-data.');
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const all = JSON.parse(readFileSync(join(folder, 'en', 'data.json'), 'utf8'));

const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
/** Words that the name does not begin already. */
function others({ label, tags = [] }) {
  const said = wordsOf(label);
  const words = tags.flatMap(wordsOf).filter((word) => word.length > 1);
  return [...new Set(words)].filter((word) => !said.some((one) => one.startsWith(word)));
}

/** A selector after what is shown as an emoji anyway would make another reaction of it. */
const plain = (sign) => sign.replaceAll(/(?<=\p{Emoji_Presentation})\uFE0F/gu, '');

const lines = GROUPS.flatMap(([number, name]) => [
  `= ${name}`,
  ...all
    .filter(({ group, version: since }) => group === number && since <= NEWEST)
    .sort((a, b) => a.order - b.order)
    .map((one) => [plain(one.emoji), one.label, ...others(one)].join('|')),
]);
const head = [
  `# Emoji to Unicode ${NEWEST}: the sign, its name, other words for it. Made by web/scripts/emoji.mjs.`,
  `# From emojibase-data ${version}, copyright (c) 2017-2019 Miles Johnson, MIT License; its names and words are those of`,
  '# Unicode CLDR, copyright (c) 1991 Unicode, Inc., Unicode License v3 (https://www.unicode.org/license.txt).',
];
writeFileSync(
  join(import.meta.dirname, '..', 'src', 'emoji', 'emoji.txt'),
  `${[...head, ...lines].join('\n')}\n`,
);
