import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { projectRoot } from '../common/project-root.js';
import type { AppConfig } from '../config/config.js';
import { APP_CONFIG } from '../config/config.module.js';
import type { Served } from './static/send-file.js';
import { StaticFiles } from './static/static-files.js';

/** The page at `/`, and the program that keeps it for a time without network. */
const FRONT = 'index.html';
const SERVICE_WORKER = 'sw.js';

/**
 * The web application, as `npm run build` has left it: `index.html` at `/`, every other page by its name (`/console`, `/admin`),
 * and the files of these. Without a build there are none.
 */
@Injectable()
export class WebPages {
  /** The paths of the pages. */
  readonly paths: readonly string[];
  private readonly served: ReadonlyMap<string, Served>;

  constructor(@Inject(APP_CONFIG) config: AppConfig) {
    const { serves, folder } = config.web;
    const files = StaticFiles.of(folder ?? join(projectRoot(), 'web', 'dist'));
    const names = files.names.filter((name) => isServed(name, serves));
    const policy = policyOf(config, names.includes(SERVICE_WORKER));
    const entries = names.map((name): [string, Served] => [
      pathOf(name),
      { file: files.get(name)!, policy, htmlOnly: name === FRONT },
    ]);
    const pages = entries.filter(([, { file }]) => file.type.startsWith('text/html'));
    this.paths = pages.map(([path]) => path).sort();
    // Assets of no page are of no use.
    this.served = new Map(pages.length > 0 ? entries : []);
  }

  find(path: string): Served | undefined {
    const page = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    return this.served.get(page);
  }

  /** The first parts of the paths that are served: `assets` of `/assets/index.js`. */
  get firstParts(): string[] {
    return [...new Set([...this.served.keys()].map((path) => path.split('/')[1]!))];
  }
}

/** Beside a page alone stand the files that it loads; the worker and the manifest are the application's. */
function isServed(name: string, serves: AppConfig['web']['serves']): boolean {
  if (serves === 'off') return false;
  return serves === 'on' || name === `${serves}.html` || name.startsWith('assets/');
}

function pathOf(name: string): string {
  if (name === FRONT) return '/';
  return `/${name.replace(/\.html$/, '')}`;
}

/**
 * What the pages may load: what this server has, pictures of IMAGE_ORIGINS, and sockets of SOCKET_URL. Text can't become
 * HTML (Trusted Types); the one policy, for the address of the service worker, is the page's.
 */
function policyOf({ shown: { imageOrigins, socketUrl } }: AppConfig, hasWorker: boolean): string {
  const sockets = socketUrl === null ? [] : [socketUrl, socketUrl.replace(/^http/, 'ws')];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' data: blob:", ...imageOrigins].join(' '),
    "font-src 'self'",
    ["connect-src 'self'", ...sockets].join(' '),
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    `trusted-types ${hasWorker ? 'sw' : "'none'"}`,
  ].join('; ');
}
