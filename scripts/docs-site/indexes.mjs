/** What is made of all pages: the search index, and the list of decisions. */
import { anchorOf } from './render.mjs';

/** Pages whose headings nobody searches for. */
const TITLE_ONLY = ['reference/statements', 'changelog'];

/** Headings that say little without their page. */
const isWorthFinding = ({ level, words }) => level === 2 || (level === 3 && words.length > 2);

/**
 * `[path, title, headings, rows]` for each page. A heading is its words, with its anchor where that can't be derived;
 * a row is the word in its first cell.
 */
export function searchIndex(found) {
  return found.map(({ page: { path, title }, headings, rows }) => {
    if (TITLE_ONLY.includes(path) || path.startsWith('decisions/')) return [path, title, [], []];
    const shown = headings.filter(isWorthFinding);
    // The protocol has the fields of views as rows.
    const isTable = ['reference/errors', 'reference/configuration', 'reference/monitoring'].includes(path);
    return [
      path,
      title,
      shown.map(({ words, anchor }) => (anchor === anchorOf(words) ? words : [words, anchor])),
      isTable ? rows : [],
    ];
  });
}

export function decisionsMarkdown(pages) {
  const rows = pages
    .filter(({ path }) => path.startsWith('decisions/'))
    .map(({ source, title }) => `- [${title}](${source.replace('docs/adr/', '')})`);
  return `# Decisions\n\nWhat somebody may question, and why it is as it is: a page each.\n\n${rows.join('\n')}\n`;
}
