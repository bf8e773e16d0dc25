import 'reflect-metadata';
import type { Server } from 'node:http';
import type { DynamicModule, LoggerService, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import helmet from 'helmet';
import { AppModule } from './app.module.js';
import type { AppConfig } from './config/config.js';
import { refuseWhileDraining } from './rest/draining.js';
import { useJsonBodies } from './rest/json-body.js';
import { HttpAdapter } from './rest/http-adapter.js';
import { restAdmission } from './rest/admission.js';
import { useDocuments } from './rest/documents.js';
import { letPagesRead } from './rest/pages.js';
import { keepPrivate } from './rest/private-answers.js';
import { logRequests } from './rest/request-log.js';
import { serveFiles } from './rest/static/send-file.js';
import { answerUnparsable } from './rest/unparsable.js';
import { WebPages } from './rest/web-pages.js';
import { admit } from './common/http/admission.js';
import { listen } from './common/http/listen.js';
import { PageGuard } from './common/http/page-guard.js';
import { sharedAdmission } from './common/http/shared-admission.js';
import { boundServer } from './common/http/server-bounds.js';
import { followConnections } from './common/http/unused-connections.js';
import { MetricsServer } from './operations/metrics-server.js';
import type { RedisLink } from './redis/redis-link.js';
import { REDIS } from './redis/redis.module.js';
import { Drain } from './sockets/drain.js';
import { ANSWER_WITHIN_MS } from './common/time-bounds.js';
import { SocketIoAdapter } from './sockets/socket-io.adapter.js';

/** A running node. */
export interface RunningApp {
  httpPort: number;
  socketPort: number;
  /** null: metrics are on `httpPort`. */
  metricsPort: number | null;
  /** The paths of the pages on `httpPort`. */
  pages: readonly string[];
  /** Moves clients away, answers accepted commands, closes sockets and HTTP, then the pools and the link to Redis. */
  stop(): Promise<void>;
}

/**
 * Builds the application and listens on both ports. The database must be running and migrated. `extensions` are global
 * modules that are part of it, for example one that provides `BEFORE_SEND`.
 */
export async function startApp(
  config: AppConfig,
  logger: LoggerService | false,
  extensions: readonly (Type | DynamicModule)[] = [],
): Promise<RunningApp> {
  const module = AppModule.with(config, extensions);
  const app = await NestFactory.create<NestExpressApplication>(module, new HttpAdapter(), {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  const pages = new PageGuard(config);
  const sockets = new SocketIoAdapter(app, config, pages);
  app.useWebSocketAdapter(sockets);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(logRequests());
  app.use(keepPrivate());
  letPagesRead(app, pages);
  refuseWhileDraining(app);
  // Behind a proxy or on a developer's machine plain HTTP is fine: browsers must not upgrade to HTTPS.
  const protect = helmet({
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
    hsts: false,
  });
  app.use(protect);
  useJsonBodies(app);
  const web = app.get(WebPages);
  app.use(serveFiles((path) => web.find(path)));
  useDocuments(app);
  answerUnparsable(app.getHttpServer());
  boundServer(app.getHttpServer());
  const ends = [sockets.endConnections];
  const close = async () => {
    for (const end of ends) end(ANSWER_WITHIN_MS);
    await app.close();
    await app.get<RedisLink | null>(REDIS)?.close();
  };
  let stopped: Promise<void> | null = null;
  const stop = () => (stopped ??= app.get(Drain).run().then(close));
  try {
    await app.init();
    const http: Server = app.getHttpServer();
    const rest = restAdmission(app, config, pages, protect);
    sockets.alsoServe(http, (ofSockets) => admit(http, sharedAdmission(rest, ofSockets)));
    ends.push(followConnections(http, { upgrades: true }));
    const socketPort = await sockets.listen();
    const httpPort = await listen(http, config.httpPort, config.listenOn);
    return { httpPort, socketPort, metricsPort: app.get(MetricsServer).port, pages: web.paths, stop };
  } catch (error) {
    await close();
    throw error;
  }
}
