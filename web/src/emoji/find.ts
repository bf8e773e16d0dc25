export interface EmojiGroup {
  name: string;
  emoji: readonly Emoji[];
}

export interface Emoji {
  sign: string;
  name: string;
  /** Words of its name, and other words for it. */
  named: readonly string[];
  other: readonly string[];
}

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** Groups as `emoji.txt` has them: a line `= group`, then a line `sign|name|word|…` for each emoji. */
export function groupsOf(text: string): EmojiGroup[] {
  const groups: { name: string; emoji: Emoji[] }[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# ')) continue;
    if (line.startsWith('= ')) {
      groups.push({ name: line.slice(2), emoji: [] });
      continue;
    }
    const [sign = '', name = '', ...other] = line.split('|');
    groups.at(-1)?.emoji.push({ sign, name, named: wordsOf(name), other });
  }
  return groups;
}

/** How well a word fits; null: not at all. */
function rankOf({ named, other }: Emoji, word: string): number | null {
  if (named.includes(word)) return 0;
  if (named.some((one) => one.startsWith(word))) return 1;
  return other.includes(word) ? 2 : other.some((one) => one.startsWith(word)) ? 3 : null;
}

/** Those of which each word begins a word, whole words and names first. */
export function findEmoji(groups: readonly EmojiGroup[], q: string, most: number): Emoji[] {
  const words = wordsOf(q);
  if (words.length === 0) return [];
  const found: { emoji: Emoji; rank: number }[] = [];
  for (const emoji of groups.flatMap((group) => group.emoji)) {
    const ranks = words.map((word) => rankOf(emoji, word));
    if (ranks.includes(null)) continue;
    found.push({ emoji, rank: ranks.reduce<number>((sum, rank) => sum + (rank ?? 0), 0) });
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ emoji }) => emoji);
}
