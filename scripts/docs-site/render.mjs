/** Markdown to the HTML of a page: headings with anchors, links within the site, code with a button that copies it. */
import { posix } from 'node:path';
import MarkdownIt from 'markdown-it';
import { escapeHtml, highlight } from './highlight.mjs';

/** The anchor that code hosts give a heading. */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The words of a heading or a cell, as readers see them. */
const wordsOf = (inline) =>
  inline.children
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');

/** Columns of sentences: on a phone they need no name. */
const PLAIN_COLUMNS = ['meaning', 'message', 'notes', 'what', 'what it does', 'what to do'];

/** The rest of a block's info is for tests: ```` ```js run=example ````. */
const languageOf = (info) => info.trim().split(/\s+/)[0] ?? '';

/**
 * @param hrefOf the address of a file of the repository on the site; null: it is not there
 */
export function rendererOf(hrefOf) {
  const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });
  const { rules } = markdown.renderer;

  rules.table_open = (tokens, index) =>
    `<div class="table${tokens[index].meta.columns > 2 ? ' wide' : ''}" tabindex="0" role="region" aria-label="Table"><table role="table">
`;
  rules.table_close = () => '</table></div>\n';
  rules.fence = (tokens, index) => {
    const { content, info } = tokens[index];
    const language = languageOf(info);
    const label = language === '' || language === 'text' ? '' : ` data-language="${escapeHtml(language)}"`;
    return `<figure class="code"${label}><pre tabindex="0"><code>${highlight(content.trimEnd(), language)}</code></pre><button class="copy" type="button" hidden>Copy</button></figure>\n`;
  };
  rules.heading_open = (tokens, index) => {
    const { tag, meta } = tokens[index];
    return meta?.anchor ? `<${tag} id="${escapeHtml(meta.anchor)}">` : `<${tag}>`;
  };
  rules.heading_close = (tokens, index) => {
    const { tag } = tokens[index];
    const { meta } = tokens[index - 2];
    const link = `<a class="anchor" href="#${escapeHtml(meta.anchor)}" aria-label="Link to ${escapeHtml(meta.words)}">#</a>`;
    return `${tag === 'h1' ? '' : link}</${tag}>\n`;
  };
  rules.tr_open = (tokens, index) => {
    const { anchor } = tokens[index].meta ?? {};
    return anchor ? `<tr role="row" id="${escapeHtml(anchor)}">\n` : '<tr role="row">\n';
  };

  const relink = (token, attribute, source) => {
    const target = token.attrGet(attribute);
    if (/^[a-z]+:/i.test(target) || target.startsWith('#')) return true;
    const [file, anchor] = target.split('#');
    const href = hrefOf(posix.join(posix.dirname(source), file).replace(/\/$/, ''));
    if (href === null) return false;
    token.attrSet(attribute, anchor ? `${href}#${anchor}` : href);
    return true;
  };

  /** A link to a file that the site has not is no link. */
  function relinkAll(inline, source) {
    let isDead = false;
    for (const token of inline.children) {
      if (token.type === 'image') relink(token, 'src', source);
      if (token.type === 'link_open') {
        isDead = !relink(token, 'href', source);
        if (isDead) Object.assign(token, { tag: 'span', attrs: [['title', 'In the repository']] });
      }
      if (token.type === 'link_close' && isDead) token.tag = 'span';
    }
  }

  /** Names headings, and the rows whose first cell is one piece of code, as in a table of variables. */
  function name(tokens) {
    const taken = new Map();
    const unique = (words) => {
      const anchor = anchorOf(words);
      const times = taken.get(anchor) ?? 0;
      taken.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    };
    const headings = [];
    const rows = [];
    tokens.forEach((token, index) => {
      if (token.type !== 'heading_open') return;
      const words = wordsOf(tokens[index + 1]);
      token.meta = { anchor: unique(words), words };
      headings.push({ level: Number(token.tag.slice(1)), words, anchor: token.meta.anchor });
    });
    tokens.forEach((token, index) => {
      if (token.type !== 'tr_open' || tokens[index + 1].type !== 'td_open') return;
      const cell = tokens[index + 2];
      const [only, ...others] = cell.children;
      if (only?.type !== 'code_inline' || others.length > 0 || !/^[\w.]{2,40}$/.test(only.content)) return;
      const anchor = anchorOf(only.content);
      if (taken.has(anchor)) return;
      taken.set(anchor, 1);
      token.meta = { anchor };
      rows.push(only.content);
    });
    return { headings, rows };
  }

  /** Roles, which a phone's layout would take away, and in each cell the name of its column. */
  function describeTables(tokens) {
    let table = null;
    let labels = [];
    let column = 0;
    tokens.forEach((token, index) => {
      if (token.type === 'table_open') {
        table = token;
        labels = [];
      }
      if (token.type === 'tr_open') column = 0;
      if (token.type === 'th_open') {
        labels.push(wordsOf(tokens[index + 1]));
        table.meta = { columns: labels.length };
        token.attrSet('role', 'columnheader');
      }
      if (token.type === 'td_open') {
        token.attrSet('role', 'cell');
        // The first is the title of its row; texts speak for themselves.
        const label = labels[column];
        if (column > 0 && label && !PLAIN_COLUMNS.includes(label)) token.attrSet('data-label', label);
        column += 1;
      }
    });
  }

  return ({ markdown: text, source }) => {
    const tokens = markdown.parse(text.replaceAll(/<!--[\s\S]*?-->\n*/g, ''), {});
    for (const token of tokens) if (token.type === 'inline') relinkAll(token, source);
    const named = name(tokens);
    describeTables(tokens);
    return { html: markdown.renderer.render(tokens, markdown.options, {}), ...named };
  };
}
