import type { LoggerService } from '@nestjs/common';
import { type Logger, pino, type Level } from 'pino';
import type { AppConfig } from '../config/config.js';
import { shownError, withoutValues } from './shown-error.js';

/** Should an object with such a field ever be logged, the field is not. */
const SECRETS = ['password', 'token', 'authorization', 'cookie', 'secret', 'apiKey', 'content'];

/**
 * Nest's log lines through pino: JSON in production, readable otherwise. No input is ever logged, and an error without
 * the data that it carries.
 */
export class PinoLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: Pick<AppConfig, 'production' | 'logLevel'>) {
    this.pino = pino({
      level: config.logLevel,
      serializers: { err: shownError },
      redact: { paths: SECRETS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), remove: true },
      ...(config.production
        ? {}
        : {
            transport: {
              target: 'pino-pretty',
              options: {
                ignore: 'pid,hostname,context',
                messageFormat: '{context} {msg}',
                translateTime: 'HH:MM:ss',
              },
            },
          }),
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    // Nest's own account of modules and routes is of use only when something is wrong with them.
    const context = rest.at(-1);
    const own = typeof context === 'string' && FRAMEWORK.has(context);
    this.write(own ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Nest passes the context as the last text, and what else a caller gave before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const texts = rest.filter((one) => typeof one === 'string');
    if (message instanceof Error)
      this.pino[level]({ context, err: message }, withoutValues(texts[0] ?? message.message));
    else
      this.pino[level](
        { context, stack: level === 'error' && texts.length > 1 ? texts[0] : undefined },
        withoutValues(String(message)),
      );
  }
}

const FRAMEWORK = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
  'WebSocketsController',
]);
