// The small things of a page: copy, theme, menu, search. Without it everything can be read.
const { document, localStorage, location, matchMedia, navigator } = globalThis;
const one = (selector, within = document) => within.querySelector(selector);
const every = (selector) => [...document.querySelectorAll(selector)];

for (const button of every('.copy')) {
  button.hidden = navigator.clipboard === undefined;
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(one('code', button.parentElement).textContent).then(
      () => said(button, 'Copied'),
      () => said(button, 'Not copied'),
    );
  });
}

function said(button, text) {
  button.textContent = text;
  setTimeout(() => (button.textContent = 'Copy'), 1_500);
}

const theme = one('button.theme');
theme.hidden = false;
theme.addEventListener('click', () => {
  const { dataset } = document.documentElement;
  const isDark =
    (dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';
  dataset.theme = isDark ? 'light' : 'dark';
  try {
    localStorage.setItem('docs-theme', dataset.theme);
  } catch {
    // It lasts for this page then.
  }
});

const menu = one('button.menu');
const sidebar = one('#site-menu');
function openMenu(open) {
  menu.setAttribute('aria-expanded', String(open));
  document.body.classList.toggle('menu-open', open);
}
menu.addEventListener('click', () => openMenu(menu.getAttribute('aria-expanded') !== 'true'));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && menu.getAttribute('aria-expanded') === 'true') {
    openMenu(false);
    menu.focus();
  }
});
one('[aria-current]', sidebar)?.scrollIntoView({ block: 'nearest' });

// What of this page is being read: a heading that one has jumped to counts, below the header and its own margin.
const READ_FROM_PX = 160;
const entries = new Map(every('.toc a').map((link) => [decodeURIComponent(link.hash.slice(1)), link]));
const headings = every('article h2[id], article h3[id]').filter(({ id }) => entries.has(id));
function mark() {
  const read =
    headings.filter((heading) => heading.getBoundingClientRect().top < READ_FROM_PX).at(-1) ?? headings[0];
  for (const [id, link] of entries) link.toggleAttribute('data-read', id === read?.id);
}
if (headings.length > 0) {
  let asked = false;
  document.addEventListener(
    'scroll',
    () => {
      if (asked) return;
      asked = true;
      globalThis.requestAnimationFrame(() => {
        asked = false;
        mark();
      });
    },
    { passive: true },
  );
  mark();
}

// Search: the index is a list of pages, each [path, title, headings, rows].
const form = one('form.search');
const input = one('input', form);
const list = one('.found', form);
form.hidden = false;
let index = null;
let chosen = -1;

const plain = (text) => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
const hrefOf = (path) => (path === '' ? '/docs' : `/docs/${path}`);

async function load() {
  if (index) return;
  const answer = await fetch('/docs/search.json');
  const pages = await answer.json();
  index = pages.flatMap(([path, title, headings, rows]) => [
    { href: hrefOf(path), title, page: '', words: plain(title), rank: 0 },
    ...headings.map((heading) => {
      const [words, anchor] = Array.isArray(heading) ? heading : [heading, anchorOf(heading)];
      return {
        href: `${hrefOf(path)}#${anchor}`,
        title: words,
        page: title,
        words: plain(`${words} ${title}`),
        rank: 1,
      };
    }),
    ...rows.map((row) => ({
      href: `${hrefOf(path)}#${anchorOf(row)}`,
      title: row,
      page: title,
      words: plain(`${row} ${title}`),
      rank: 2,
    })),
  ]);
}

function find(text) {
  const asked = plain(text).split(/\s+/).filter(Boolean);
  if (asked.length === 0) return [];
  const scoreOf = (entry) => {
    const title = plain(entry.title);
    if (title === asked.join(' ')) return 0;
    return entry.rank + (title.startsWith(asked[0]) ? 1 : title.includes(asked[0]) ? 3 : 6);
  };
  return index
    .filter(({ words }) => asked.every((word) => words.includes(word)))
    .map((entry) => ({ entry, score: scoreOf(entry) }))
    .sort((a, b) => a.score - b.score)
    .slice(0, 12)
    .map(({ entry }) => entry);
}

function item({ href, title, page }, at) {
  const link = document.createElement('a');
  link.id = `site-found-${at}`;
  link.role = 'option';
  link.href = href;
  link.tabIndex = -1;
  link.textContent = title;
  if (page) {
    const where = document.createElement('small');
    where.textContent = page;
    link.append(where);
  }
  return link;
}

function choose(at) {
  const lines = [...list.children];
  chosen = lines.length === 0 ? -1 : (at + lines.length) % lines.length;
  lines.forEach((line, index) => line.setAttribute('aria-selected', String(index === chosen)));
  lines[chosen]?.scrollIntoView({ block: 'nearest' });
  if (chosen === -1) input.removeAttribute('aria-activedescendant');
  else input.setAttribute('aria-activedescendant', `site-found-${chosen}`);
}

function show(entries) {
  const nothing = document.createElement('p');
  nothing.className = 'nothing';
  nothing.textContent = 'Nothing found. Try a command, an event, an error code or a variable.';
  const isAsked = input.value.trim() !== '';
  list.replaceChildren(...(entries.length === 0 ? [nothing] : entries.map(item)));
  list.hidden = !isAsked;
  input.setAttribute('aria-expanded', String(isAsked));
  if (entries.length > 0) choose(0);
  else chosen = -1;
}

const hide = () => {
  list.hidden = true;
  input.setAttribute('aria-expanded', 'false');
};

input.addEventListener('focus', () => void load());
input.addEventListener('input', () => void load().then(() => show(find(input.value))));
input.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    hide();
    input.blur();
  }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  event.preventDefault();
  if (!list.hidden && chosen !== -1) choose(chosen + (event.key === 'ArrowDown' ? 1 : -1));
});
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (chosen === -1) return;
  hide();
  input.blur();
  location.assign(list.children[chosen].href);
});
list.addEventListener('click', hide);
document.addEventListener('click', (event) => {
  if (!form.contains(event.target)) hide();
});
document.addEventListener('keydown', (event) => {
  const isWriting = /^(?:INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '');
  if (event.key !== '/' || isWriting || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  input.focus();
});
