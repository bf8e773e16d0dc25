/** Which documents the site has, in the groups and the order of its sidebar. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** What comes first in a folder, in this order; the rest follows by name. */
const FIRST = {
  'docs/guides': [
    'getting-started',
    'comparison',
    'authentication',
    'existing-app',
    'your-own-ids',
    'sync',
    'your-own-postgresql',
    'operations',
    'several-nodes',
  ],
  'docs/reference': [
    'protocol',
    'errors',
    'configuration',
    'guarantees',
    'limits',
    'monitoring',
    'costs',
    'scaling',
  ],
};

function inFolder(root, folder) {
  const first = FIRST[folder];
  const place = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => basename(name, '.md'))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b))
    .map((name) => ({ source: `${folder}/${name}.md`, path: `${basename(folder)}/${name}` }));
}

const decisions = (root) =>
  readdirSync(join(root, 'docs', 'adr'))
    .sort()
    .map((name) => ({
      source: `docs/adr/${name}`,
      path: `decisions/${basename(name, '.md')}`,
      hidden: true,
    }));

/** `# Title` of a document. */
const titleOf = (markdown) => /^# (.+)$/m.exec(markdown)?.[1].replaceAll('`', '') ?? 'Untitled';

/** `hidden` pages are not in the sidebar, but in the search and behind links. */
export function groupsOf(root) {
  const groups = [
    { title: null, pages: [{ source: 'README.md', path: '', label: 'Overview' }] },
    { title: 'Guides', pages: inFolder(root, 'docs/guides') },
    {
      title: 'Packages',
      pages: [
        { source: 'packages/client/README.md', path: 'packages/client', label: 'Client' },
        { source: 'packages/testing/README.md', path: 'packages/testing', label: 'Test kit' },
      ],
    },
    { title: 'Reference', pages: inFolder(root, 'docs/reference') },
    {
      title: 'Project',
      pages: [
        { source: 'CHANGELOG.md', path: 'changelog' },
        { source: 'CONTRIBUTING.md', path: 'contributing' },
        { source: 'SECURITY.md', path: 'security' },
        ...decisions(root),
        ...['bench', 'chaos', 'abuse'].map((tool) => ({
          source: `tools/${tool}/README.md`,
          path: `tools/${tool}`,
          hidden: true,
        })),
      ],
    },
  ];
  return groups.map(({ title, pages }) => ({
    title,
    pages: pages
      .filter(({ source }) => existsSync(join(root, source)))
      .map((page) => {
        const markdown = readFileSync(join(root, page.source), 'utf8');
        const heading = titleOf(markdown);
        return { ...page, markdown, title: heading, label: page.label ?? heading };
      }),
  }));
}
