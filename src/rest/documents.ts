import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { RequestHandler } from 'express';
import { projectRoot } from '../common/project-root.js';
import { openApiDocument } from './openapi/document.js';
import { serveFiles } from './static/send-file.js';
import { StaticFiles } from './static/static-files.js';

/** What the pages of the documents may do: nothing but load what stands beside them. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** The page that sends requests by hand. Its styles are inline, so it keeps the policy of all other answers. */
const TRY_IT = 'docs/rest';

/**
 * Serves the documents below /docs, as the build has made them of the repository's Markdown and of the contract, and at
 * /docs/rest the page of the REST API. A build without documents leaves that page, and /docs leads to it.
 */
export function useDocuments(app: NestExpressApplication): void {
  const files = StaticFiles.of(join(projectRoot(), 'dist', 'docs-site'));
  app.use(
    serveFiles((path) => {
      const file = fileOf(path, files);
      return file && { file, policy: POLICY };
    }),
  );
  app.use(frontOf(files));
  const built = files.get('openapi.json')?.forms.at(-1);
  const document = () => (built ? (JSON.parse(built.body.toString()) as OpenAPIObject) : openApiDocument());
  // Where the build has made it, it is served as a file. Otherwise it is made when it is first asked for.
  SwaggerModule.setup(TRY_IT, app, document, {
    raw: built === undefined,
    jsonDocumentUrl: 'docs/openapi.json',
    yamlDocumentUrl: 'docs/openapi.yaml',
    customSiteTitle: 'REST · Chat messaging API',
    customCss: '.swagger-ui .topbar { display: none }',
  });
}

/** `guides/sync.html` is at /docs/guides/sync, `index.html` at /docs. */
function fileOf(path: string, files: StaticFiles) {
  if (path === '/docs' || path === '/docs/') return files.get('index.html');
  if (!path.startsWith('/docs/')) return undefined;
  const name = path.slice('/docs/'.length).replace(/\/$/, '');
  return files.get(`${name}.html`) ?? (name.endsWith('.html') ? undefined : files.get(name));
}

/** Addresses as the files have them, `.md` or `.html`, lead to the pages. */
function frontOf(files: StaticFiles): RequestHandler {
  const moved = new Map([
    ['/docs', `/${TRY_IT}`],
    ['/docs/', `/${TRY_IT}`],
  ]);
  for (const name of files.names.filter((one) => one.endsWith('.html'))) {
    const page = name === 'index.html' ? '/docs' : `/docs/${name.slice(0, -'.html'.length)}`;
    moved.set(`/docs/${name}`, page);
    moved.set(`/docs/${name.replace(/\.html$/, '.md')}`, page);
  }
  return ({ method, path }, response, next) => {
    const to = method === 'GET' || method === 'HEAD' ? moved.get(path) : undefined;
    if (to === undefined) next();
    else response.redirect(to);
  };
}
