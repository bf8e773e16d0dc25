/**
 * Writes `dist/docs-site`, what the server has at /docs: the Markdown of the repository as pages, a search index, and the
 * contract for programs. It reads the contract in `dist`, so that is built first.
 *
 * Does nothing when it is newer than what it is made of. Where the packages for development are not installed, there
 * are no pages.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Buffer } from 'node:buffer';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = join(import.meta.dirname, '..');
const site = join(root, 'dist', 'docs-site');
const stamp = join(root, 'dist', '.docs-site');

function newest(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return stats?.mtimeMs ?? 0;
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const madeOf = ['docs', 'scripts/docs', 'scripts/docs-site', 'scripts/docs-site.mjs', 'package.json', 'src'];
const texts = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'packages/client/README.md'];
const changed = Math.max(...[...madeOf, ...texts].map((name) => newest(join(root, name))));

async function render() {
  try {
    return (await import('./docs-site/render.mjs')).rendererOf;
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND' && /'markdown-it'/.test(error.message)) return null;
    throw error;
  }
}

/** Writes a file, and beside it packed what is worth it. */
function write(name, content) {
  const path = join(site, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  const bytes = Buffer.from(content);
  if (bytes.length < 1_000) return;
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
  writeFileSync(`${path}.gz`, gzipSync(bytes));
}

async function build(rendererOf) {
  const { groupsOf } = await import('./docs-site/pages.mjs');
  const { hrefOfPath, layout } = await import('./docs-site/layout.mjs');
  const { decisionsMarkdown, searchIndex } = await import('./docs-site/indexes.mjs');
  const { eventsMarkdown } = await import('./docs-site/events-page.mjs');
  const { contractDocument } = await import('./docs-site/contract.mjs');
  const { asyncApiDocument } = await import('./docs-site/asyncapi.mjs');
  const { openApiJson, openApiYaml } = await import('./docs-site/openapi.mjs');
  const { postmanCollection } = await import('./docs-site/postman.mjs');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  const groups = groupsOf(root);
  const reference = groups.find(({ title }) => title === 'Reference').pages;
  reference.splice(
    1,
    0,
    {
      path: 'events',
      source: 'docs/reference/events.md',
      title: 'Events',
      label: 'Events',
      markdown: eventsMarkdown(),
    },
    { path: 'rest', label: 'REST: try it', file: true },
  );
  const project = groups.find(({ title }) => title === 'Project').pages;
  project.push({
    path: 'decisions',
    source: 'docs/adr/README.md',
    title: 'Decisions',
    label: 'Decisions',
    markdown: decisionsMarkdown(project),
  });

  const pages = groups.flatMap(({ pages: own }) => own).filter(({ file }) => !file);
  const pictures = ['docs', 'docs/images', 'docs/reference'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => /\.(svg|png)$/.test(name))
      .map((name) => ({ source: `${folder}/${name}`, path: `${folder}/${name}`.replace(/^docs\//, '') })),
  );
  const documents = ['asyncapi.json', 'contract.json', 'postman.json'].map((name) => ({
    source: `docs/reference/${name}`,
    path: name,
  }));
  const hrefs = new Map(
    [...pages, ...pictures, ...documents].map(({ source, path }) => [source, hrefOfPath(path)]),
  );
  hrefs.set('docs/adr', hrefOfPath('decisions'));
  const rendered = rendererOf((file) => hrefs.get(file) ?? null);

  rmSync(site, { recursive: true, force: true });
  const found = pages.map((page) => {
    const { html, headings, rows } = rendered(page);
    write(`${page.path || 'index'}.html`, layout({ page, groups, html, headings, version }));
    return { page, headings, rows };
  });
  write('search.json', JSON.stringify(searchIndex(found)));
  write('contract.json', JSON.stringify(contractDocument()));
  write('asyncapi.json', JSON.stringify(asyncApiDocument()));
  write('openapi.json', openApiJson());
  write('openapi.yaml', openApiYaml());
  const collection = await postmanCollection();
  if (collection) write('postman.json', JSON.stringify(collection));
  for (const name of readdirSync(join(root, 'scripts', 'docs-site', 'theme')))
    write(name, readFileSync(join(root, 'scripts', 'docs-site', 'theme', name), 'utf8'));
  for (const { source, path } of pictures) {
    mkdirSync(dirname(join(site, path)), { recursive: true });
    copyFileSync(join(root, source), join(site, path));
  }
}

// A server that is installed without the documents has none to show.
if (existsSync(join(root, 'docs', 'guides')) && newest(stamp) < changed) {
  const rendererOf = await render();
  if (rendererOf) await build(rendererOf);
  writeFileSync(stamp, '');
}
