/** Colours of code: comments, texts, numbers and words of a language, each in a span. Nothing else is known of it. */

const words = (text) => `\\b(?:${text.split(' ').join('|')})\\b`;

const C_LIKE = {
  comment: String.raw`\/\/[^\n]*|\/\*[\s\S]*?\*\/`,
  string: String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|` + '`(?:[^`\\\\]|\\\\[\\s\\S])*`',
  keyword: words(
    'as async await break case catch class const continue default do else export extends false finally for from function if implements import in interface let new null of return satisfies static switch this throw true try type typeof undefined while',
  ),
  number: String.raw`\b\d[\d_.]*\b`,
};

const LANGUAGES = {
  js: C_LIKE,
  ts: C_LIKE,
  tsx: C_LIKE,
  json: {
    keyword: String.raw`"(?:[^"\\\n]|\\.)*"(?=\s*:)`,
    string: String.raw`"(?:[^"\\\n]|\\.)*"`,
    number: String.raw`-?\b\d[\d.]*\b|\b(?:true|false|null)\b`,
  },
  sh: {
    comment: String.raw`(?<=^|\s)#[^\n]*`,
    string: String.raw`'[^']*'|"(?:[^"\\]|\\.)*"`,
    keyword: String.raw`(?<=^|\n)\s*[a-z][\w.-]*(?= )|\b[A-Z][A-Z_]+(?==)`,
  },
  python: {
    comment: String.raw`#[^\n]*`,
    string: String.raw`f?'[^'\n]*'|f?"[^"\n]*"`,
    keyword: words(
      'and as class def elif else False for from if import in lambda None not or return True while with',
    ),
    number: String.raw`\b\d[\d.]*\b`,
  },
  sql: {
    comment: String.raw`--[^\n]*`,
    string: `'(?:[^']|'')*'`,
    keyword: words(
      'ALL AND ANY AS ASC BEGIN BY CASE COMMIT CREATE DELETE DESC DISTINCT DO ELSE END EXISTS FOR FROM GREATEST GROUP IN INDEX INSERT INTO IS JOIN LATERAL LEFT LIMIT NOT NULL ON OR ORDER OVER RETURNING SELECT SET TABLE THEN UNION UPDATE USING VALUES WHEN WHERE WITH',
    ),
    number: String.raw`\$\d+|\b\d+\b`,
  },
};

export const escapeHtml = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The code as HTML. */
export function highlight(code, language) {
  const parts = LANGUAGES[language === 'bash' ? 'sh' : language];
  if (!parts) return escapeHtml(code);
  const pattern = Object.entries(parts)
    .map(([kind, source]) => `(?<${kind}>${source})`)
    .join('|');
  let html = '';
  let from = 0;
  for (const match of code.matchAll(new RegExp(pattern, 'g'))) {
    const [kind] = Object.entries(match.groups).find(([, text]) => text !== undefined);
    html += escapeHtml(code.slice(from, match.index));
    html += `<span class="${kind}">${escapeHtml(match[0])}</span>`;
    from = match.index + match[0].length;
  }
  return html + escapeHtml(code.slice(from));
}
