import type { IncomingMessage } from 'node:http';
import { Logger } from '@nestjs/common';
import type { AppConfig } from '../../config/config.js';
import { LOOPBACK_ADDRESSES, LOOPBACK_HOSTS } from '../../config/loopback.js';
import { AppError } from '../../contract/index.js';
import { hostOf, isPublicName } from './host-names.js';
import { isSameOrigin } from './own-page.js';

const LOOPBACK_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

const refusal = (variable: string, message: string) =>
  new AppError('FORBIDDEN', { message, details: { variable } });

/** What is refused, with the variable that allows it. Made once: a refusal costs next to nothing. */
const REFUSED = {
  host: refusal(
    'HOST',
    'This server does not answer to this host name. Use localhost, or set HOST=0.0.0.0 to use an address of the machine, or add the origin with this name, such as https://chat.example.com, to ALLOWED_ORIGINS.',
  ),
  origin: refusal(
    'ALLOWED_ORIGINS',
    'Web pages of this origin may not use this server: add the origin to its ALLOWED_ORIGINS.',
  ),
  nullOrigin: refusal(
    'ALLOWED_ORIGINS',
    'Web pages from a file or a sandbox (origin: null) may not use this server: serve the page from http://localhost, or allow all pages with ALLOWED_ORIGINS=*.',
  ),
  site: refusal(
    'ALLOWED_ORIGINS',
    'Other websites may not load this: use fetch, which sends the origin, and add the origin to ALLOWED_ORIGINS.',
  ),
};

/**
 * Decides which requests of web pages are accepted, in the same way for REST, long polling and WebSockets. Requests
 * that no browser sends are accepted here.
 *
 * - A page of another origin is refused unless ALLOWED_ORIGINS names it. CORS alone would let it write: it only hides
 *   the answer, and does not know WebSockets.
 * - In open mode nothing but the network protects the data, so two more ways are closed to pages. A name that anybody
 *   may own is refused as Host: its pages would count as ours (DNS rebinding). And other sites may not load anything
 *   without saying their origin, as `<img>` does: open mode creates a user when an id is first named, even to read.
 *   Links to pages and documents work.
 *
 * ALLOWED_ORIGINS=* turns all of it off.
 */
export class PageGuard {
  private readonly logger = new Logger(PageGuard.name);
  private readonly told = new Set<AppError>();
  private readonly origins: ReadonlySet<string>;
  /** The hosts of allowed origins: pages of these are allowed, so requests to these names are too. */
  private readonly namedHosts: ReadonlySet<string>;
  private readonly everyPage: boolean;
  private readonly knowsHosts: boolean;
  private readonly forThisMachine: boolean;

  constructor({ auth, allowedOrigins, listenOn }: Pick<AppConfig, 'auth' | 'allowedOrigins' | 'listenOn'>) {
    this.origins = new Set(allowedOrigins);
    this.everyPage = this.origins.has('*');
    this.knowsHosts = auth.mode === 'open' && !this.everyPage;
    this.forThisMachine = listenOn?.every((address) => LOOPBACK_ADDRESSES.includes(address)) ?? false;
    const named = allowedOrigins.filter((origin) => /^https?:/.test(origin));
    this.namedHosts = new Set(named.map((origin) => new URL(origin).hostname));
  }

  /** Whether every page may read answers. */
  get allowsAll(): boolean {
    return this.everyPage;
  }

  /** Whether pages of this origin, another than the server's own, may read answers. */
  allows(origin: string): boolean {
    return this.origins.has(origin) || (this.origins.has('localhost') && LOOPBACK_ORIGIN.test(origin));
  }

  /** For the CORS headers, in the form that `cors` takes. */
  get corsOrigin(): '*' | (string | RegExp)[] {
    if (this.everyPage) return '*';
    return [...this.origins].map((origin) => (origin === 'localhost' ? LOOPBACK_ORIGIN : origin));
  }

  /** The error for a request that is refused; null: it is accepted. The first refusal of each kind is logged. */
  refusalOf(request: IncomingMessage, port: 'PORT' | 'SOCKET_PORT'): AppError | null {
    const refused = this.judged(request, port);
    if (refused !== null && !this.told.has(refused)) {
      this.told.add(refused);
      this.logger.warn(`A request was refused; more of its kind are not logged. ${refused.message}`);
    }
    return refused;
  }

  private judged({ headers, method, url }: IncomingMessage, port: 'PORT' | 'SOCKET_PORT'): AppError | null {
    if (this.everyPage) return null;
    const { origin, host } = headers;
    // HTTP/1.0 may leave it out; no browser does.
    if (this.knowsHosts && host !== undefined && !this.isOurs(host)) return REFUSED.host;
    // A preflight: `cors` answers it, and without CORS headers the browser takes that as a no.
    if (method === 'OPTIONS') return null;
    if (origin === undefined) {
      const foreign = this.knowsHosts && headers['sec-fetch-site'] === 'cross-site';
      return foreign && !(port === 'PORT' && isDocument(url ?? '')) ? REFUSED.site : null;
    }
    if (this.allows(origin)) return null;
    // A page of this server, or one that a proxy serves under the same name. In open mode the name is known to be ours
    // by now; with AUTH=jwt a page without a token can do nothing.
    if (isSameOrigin(origin, host)) return null;
    return origin === 'null' ? REFUSED.nullOrigin : REFUSED.origin;
  }

  private isOurs(header: string): boolean {
    const host = hostOf(header);
    if (host === null) return false;
    if (LOOPBACK_HOSTS.has(host) || this.namedHosts.has(host)) return true;
    return !this.forThisMachine && !isPublicName(host);
  }
}

/** What links lead to: it is the same for everybody. */
const DOCUMENT = /^\/(?:(?:console|admin)\/?|docs(?:\/.*)?)?$/;

const isDocument = (url: string) => DOCUMENT.test(url.split('?', 1)[0]!);
