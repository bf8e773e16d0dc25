import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEmoji, groupsOf } from './find';

const groups = groupsOf(readFileSync(join(import.meta.dirname, 'emoji.txt'), 'utf8'));
const signs = (q: string, most = 5) => findEmoji(groups, q, most).map(({ sign }) => sign);

describe('Emoji', () => {
  it('are in groups, each once and with a name', () => {
    const all = groups.flatMap(({ emoji }) => emoji);
    expect(groups).toHaveLength(9);
    expect(new Set(all.map(({ sign }) => sign)).size).toBe(all.length);
    expect(all.length).toBeGreaterThan(1_800);
    for (const { sign, name, named } of all) {
      // One character to the eye, of a length that a reaction may have.
      expect([...new Intl.Segmenter('en').segment(sign)]).toHaveLength(1);
      expect(sign.length).toBeLessThanOrEqual(32);
      // Spelled as keyboards do: another spelling would be another reaction.
      expect(sign).not.toMatch(/\p{Emoji_Presentation}\uFE0F/u);
      expect(name).not.toBe('');
      expect(named).not.toEqual([]);
    }
  });

  it('are found by the beginning of each word, names and whole words first', () => {
    expect(signs('thumbs up')).toContain('👍');
    expect(signs('GRIN', 1)).toEqual(['😀']);
    expect(signs('lol')).toContain('😂');
    expect(signs('cote ivoire')).toEqual(['🇨🇮']);
    expect(signs('dog', 2)).toEqual(['🐶', '🐕']);
    for (const q of ['', '  ', '*', 'no such emoji', '|']) expect(signs(q)).toEqual([]);
  });
});
