/** The frame of a page: header, sidebar, the text, what is on this page, the next page. */
import { escapeHtml } from './highlight.mjs';

const BASE = '/docs';
export const hrefOfPath = (path) => (path === '' ? BASE : `${BASE}/${path}`);

/** What programs read, and the page that tries requests. */
const FOR_PROGRAMS = [
  ['OpenAPI', 'openapi.json'],
  ['AsyncAPI', 'asyncapi.json'],
  ['Postman', 'postman.json'],
  ['Contract', 'contract.json'],
];

const link = ({ path, label }, current) =>
  `<li><a href="${hrefOfPath(path)}"${path === current ? ' aria-current="page"' : ''}>${escapeHtml(label)}</a></li>`;

function sidebar(groups, current) {
  const parts = groups.map(({ title, pages }) => {
    const shown = pages.filter(({ hidden }) => !hidden);
    return `${title ? `<h2>${title}</h2>` : ''}<ul>${shown.map((page) => link(page, current)).join('')}</ul>`;
  });
  const files = FOR_PROGRAMS.map(([label, path]) => link({ label, path }, null)).join('');
  return `${parts.join('\n')}<h2>For programs</h2><ul class="files">${files}</ul>`;
}

/** Headings of the second and third level; of many, those of the second alone. */
function onThisPage(headings) {
  const all = headings.filter(({ level }) => level === 2 || level === 3);
  const shown = all.length > 60 ? all.filter(({ level }) => level === 2) : all;
  if (shown.length < 2) return '';
  const items = shown.map(
    ({ level, words, anchor }) =>
      `<li class="level-${level}"><a href="#${escapeHtml(anchor)}">${escapeHtml(words)}</a></li>`,
  );
  return `<aside class="toc" aria-label="On this page"><h2>On this page</h2><ul>${items.join('')}</ul></aside>`;
}

function neighbours(groups, current) {
  const pages = groups.flatMap(({ pages }) => pages).filter(({ hidden, file }) => !hidden && !file);
  const at = pages.findIndex(({ path }) => path === current);
  if (at === -1) return '';
  const to = (page, rel, word) =>
    page
      ? `<a rel="${rel}" href="${hrefOfPath(page.path)}"><small>${word}</small>${escapeHtml(page.label)}</a>`
      : '<span></span>';
  return `<nav class="neighbours" aria-label="Next page">${to(pages[at - 1], 'prev', 'Before')}${to(pages[at + 1], 'next', 'Next')}</nav>`;
}

export function layout({ page, groups, html, headings, version }) {
  const title = page.path === '' ? 'Chat messaging API' : `${page.title} · Chat messaging API`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${BASE}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${BASE}/site.css">
<script src="${BASE}/theme.js"></script>
<script src="${BASE}/site.js" type="module"></script>
</head>
<body>
<a class="skip" href="#site-text">To the text</a>
<header class="top">
<button class="menu" type="button" aria-expanded="false" aria-controls="site-menu"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 5h14M3 10h14M3 15h14"/></svg><span>Menu</span></button>
<a class="brand" href="${BASE}"><img src="${BASE}/icon.svg" alt="" width="24" height="24">Chat messaging API <small>${version}</small></a>
<form class="search" role="search" hidden><input type="search" placeholder="Search" aria-label="Search the documents" autocomplete="off" role="combobox" aria-expanded="false" aria-controls="site-found" aria-autocomplete="list"><kbd aria-hidden="true">/</kbd><div class="found" id="site-found" role="listbox" aria-label="Found" hidden></div></form>
<button class="theme" type="button" hidden><svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="7"/><path d="M10 3a7 7 0 0 1 0 14z"/></svg><span>Theme</span></button>
</header>
<div class="frame">
<nav class="side" id="site-menu" aria-label="Documents">${sidebar(groups, page.path)}</nav>
<main id="site-text" tabindex="-1"><article>
${html}</article>
${neighbours(groups, page.path)}
</main>
${onThisPage(headings)}
</div>
</body>
</html>
`;
}
