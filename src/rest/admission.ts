import type { IncomingMessage } from 'node:http';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { RequestHandler, Response } from 'express';
import { Limits } from '../commands/limits/limits.js';
import type { Admission } from '../common/http/admission.js';
import { declaredBytes } from '../common/http/declared-bytes.js';
import { corsHeaders, PRIVATE, type Refusal, refusal } from '../common/http/refusals.js';
import { ReadinessCheck } from '../common/readiness.js';
import type { PageGuard } from '../common/http/page-guard.js';
import type { AppConfig } from '../config/config.js';
import { AppError, commandNames, definitionOf, whoMayUse } from '../contract/index.js';
import { isWithoutCredentials } from './credentials.js';
import { HealthChecks, isHealthCheck } from './health-checks.js';
import { newRequestId } from './request-log.js';
import { WebPages } from './web-pages.js';

/**
 * The first parts of the paths that are served in addition to those of commands and pages. A test compares them with
 * Nest's routes.
 */
const OTHERS = ['', 'health', 'docs', 'metrics'];

const routes = commandNames.map(definitionOf).filter(({ rest }) => rest !== null);

/** The first part of a path: `chats` of `/chats/7/messages`. */
const firstOf = (path: string) => path.split('/', 2)[1] ?? '';

/**
 * Which requests the REST port accepts. Every request but health checks counts for its address, before anything of it is read.
 *
 * Requests that would be refused anyway, for their path or because they have no credentials, are refused here, with the
 * answer that Nest would give: that costs a tenth, and anybody can send as many of them as the limit of an address allows.
 *
 * @param protect sets the security headers of all answers; they must not depend on the request
 */
export function restAdmission(
  app: NestExpressApplication,
  config: AppConfig,
  pages: PageGuard,
  protect: RequestHandler,
): Admission {
  const limits = app.get(Limits);
  const healthChecks = new HealthChecks(limits, app.get(ReadinessCheck));
  const cors = corsHeaders(pages);
  const security = headersOf(protect);
  const forAll = new Set([...OTHERS, ...app.get(WebPages).firstParts.map((part) => part.toLowerCase())]);
  const known = new Set([...forAll, ...routes.map(({ rest }) => firstOf(rest!.path))]);
  const forAnyone = new Set(
    routes.filter((definition) => whoMayUse(definition, false) === 'anyone').map(({ rest }) => rest!.path),
  );
  const asksForTokens = config.auth.mode === 'jwt';
  const [unknownRoute, unauthenticated] = [
    refusal(new AppError('UNKNOWN_COMMAND').toView()),
    refusal(
      new AppError('UNAUTHENTICATED').toView(),
      // RFC 6750, section 3.
      ['WWW-Authenticate', 'Bearer'],
    ),
  ];

  const routed = (request: IncomingMessage): Refusal | null => {
    // Preflights are answered for every path.
    if (request.method === 'OPTIONS') return null;
    // As Express compares paths. It also takes whole URLs, which are left to it.
    const path = pathOf(request).toLowerCase().replace(/\/$/, '');
    if (path !== '' && !path.startsWith('/')) return null;
    const first = firstOf(path);
    if (!known.has(first)) return unknownRoute;
    if (!asksForTokens || forAll.has(first) || forAnyone.has(path)) return null;
    return isWithoutCredentials(request) ? unauthenticated : null;
  };

  const judge = (request: IncomingMessage): Refusal | null => {
    const foreign = pages.refusalOf(request, 'PORT');
    if (isHealthCheck(request)) return foreign ? refusal(foreign.toView()) : healthChecks.judge(request);
    const exceeded = limits.request(limits.addressOf(request), bytesOf(request)) ?? foreign?.toView();
    return exceeded ? refusal(exceeded) : routed(request);
  };

  return {
    judge(request) {
      const refused = judge(request);
      if (refused === null) return null;
      const own = [...security, ...PRIVATE, ...cors(request), 'X-Request-Id', newRequestId(request)];
      return { ...refused, headers: [...refused.headers, ...own] };
    },
    opened: (socket) => limits.connected('PORT', socket),
    lineOf: (request) => (limits.on && !isHealthCheck(request) ? limits.addressOf(request) : null),
  };
}

const bytesOf = (request: IncomingMessage) => (request.url?.length ?? 0) + declaredBytes(request);

/** The path of a request, without its query. */
function pathOf({ url = '' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** The headers that a middleware sets; names and values in turn. */
function headersOf(middleware: RequestHandler): string[] {
  const headers: string[] = [];
  const response = {
    setHeader: (name: string, value: string) => headers.push(name, value),
    removeHeader: () => undefined,
  } as unknown as Response;
  void middleware({} as never, response, () => undefined);
  return headers;
}
