/** A piece of a message's text. Text of people never becomes HTML: pieces become elements. */
export type Token =
  | { kind: 'text'; text: string }
  | { kind: 'bold' | 'italic' | 'strike'; children: Token[] }
  | { kind: 'code'; text: string }
  | { kind: 'link'; href: string; text: string }
  | { kind: 'mention'; text: string };

export type Block =
  { kind: 'line'; tokens: Token[] } | { kind: 'fence'; text: string } | { kind: 'quote'; lines: Token[][] };

const MARKS = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
const LINK = /https?:\/\/[^\s<>"'`]+/y;
const WORD = /[\p{L}\p{N}]/u;

/** What may stand at the end of a sentence is not of the address. */
const TRAILING = /[.,;:!?)\]}*_~]+$/;

/** The blocks of a message: linear in its length. `names`: what mentioned people are called. */
export function blocksOf(content: string, names: readonly string[] = []): Block[] {
  const blocks: Block[] = [];
  const lines = content.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.startsWith('```')) {
      const end = lines.indexOf('```', index + 1);
      if (end > index) {
        blocks.push({ kind: 'fence', text: lines.slice(index + 1, end).join('\n') });
        index = end;
        continue;
      }
    }
    if (line.startsWith('> ')) {
      const tokens = tokensOf(line.slice(2), names);
      const last = blocks.at(-1);
      if (last?.kind === 'quote') last.lines.push(tokens);
      else blocks.push({ kind: 'quote', lines: [tokens] });
      continue;
    }
    blocks.push({ kind: 'line', tokens: tokensOf(line, names) });
  }
  return blocks;
}

/** Marks within marks are read that deep: each level reads its text once more. */
const DEEPEST = 3;

export function tokensOf(text: string, names: readonly string[] = [], depth = 0): Token[] {
  const tokens: Token[] = [];
  let plain = '';
  const flush = () => {
    if (plain !== '') tokens.push({ kind: 'text', text: plain });
    plain = '';
  };
  const put = (token: Token, to: number) => {
    flush();
    tokens.push(token);
    return to;
  };
  // A mark without its end is looked for once, not again at each of its kind.
  const open = new Set<string>();
  for (let at = 0; at < text.length;) {
    const sign = text[at]!;
    const before = at === 0 ? '' : text[at - 1]!;
    if (sign === '`' && !open.has(sign)) {
      const end = text.indexOf('`', at + 1);
      if (end > at + 1) {
        at = put({ kind: 'code', text: text.slice(at + 1, end) }, end + 1);
        continue;
      }
      open.add(sign);
    }
    if (
      depth < DEEPEST &&
      sign in MARKS &&
      !open.has(sign) &&
      !WORD.test(before) &&
      /\S/.test(text[at + 1] ?? ' ')
    ) {
      const end = closing(text, at, sign);
      if (end > 0) {
        const children = tokensOf(text.slice(at + 1, end), names, depth + 1);
        at = put({ kind: MARKS[sign as keyof typeof MARKS], children }, end + 1);
        continue;
      }
      open.add(sign);
    }
    if (sign === 'h' && !WORD.test(before)) {
      LINK.lastIndex = at;
      const found = LINK.exec(text)?.[0].replace(TRAILING, '');
      if (found && isAddress(found)) {
        at = put({ kind: 'link', href: found, text: found }, at + found.length);
        continue;
      }
    }
    if (sign === '@' && !WORD.test(before)) {
      const name = names.find((one) => text.startsWith(one, at + 1));
      if (name) {
        at = put({ kind: 'mention', text: `@${name}` }, at + 1 + name.length);
        continue;
      }
    }
    plain += sign;
    at++;
  }
  flush();
  return tokens;
}

function closing(text: string, from: number, sign: string): number {
  for (let end = text.indexOf(sign, from + 2); end > 0; end = text.indexOf(sign, end + 1))
    if (/\S/.test(text[end - 1]!) && !WORD.test(text[end + 1] ?? '')) return end;
  return -1;
}

function isAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}
