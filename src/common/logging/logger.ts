import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import type { AppConfig } from '../../config/config.js';
import { shownError, withoutValues } from './shown-error.js';

/** Fields that must not appear in a log, whoever passes them. */
const SECRETS = [
  'authorization',
  'cookie',
  'token',
  'accessToken',
  'refreshToken',
  'password',
  'secret',
  'apiKey',
];
const PRIVATE = ['content', 'metadata'];

/**
 * Log lines through pino: JSON in production, readable otherwise.
 *
 * A line takes fields as an object before its text: `logger.error({ err, socketId }, 'A command failed')`.
 * Secrets and what users wrote are redacted, down to two levels of nesting. Of an error only fields that cannot hold
 * them are kept.
 */
export class PinoLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(config: Pick<AppConfig, 'production' | 'logLevel'>, destination?: DestinationStream) {
    const options = {
      level: config.logLevel,
      redact: {
        paths: [...SECRETS, ...PRIVATE].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
      serializers: { err: shownError },
    };
    const pretty = {
      target: 'pino-pretty',
      options: {
        ignore: 'pid,hostname,context',
        messageFormat: '{context} {msg}',
        translateTime: 'HH:MM:ss',
      },
    };
    if (destination) this.pino = pino(options, destination);
    else this.pino = pino(config.production ? options : { ...options, transport: pretty });
  }

  log(message: unknown, ...rest: unknown[]): void {
    // Nest's own lines about modules and routes are useful only when something is wrong with them.
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

  /** Nest passes the context as the last string, after what else the caller gave. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    if (!this.pino.isLevelEnabled(level)) return;
    const texts = rest.filter((one) => typeof one === 'string');
    const context = texts.at(-1);
    const own = texts.length > 1 ? texts[0] : undefined;
    if (message instanceof Error)
      this.pino[level]({ context, err: message }, withoutValues(own ?? message.message));
    else if (typeof message === 'object' && message !== null) this.pino[level]({ context, ...message }, own);
    else
      this.pino[level](
        { context, stack: level === 'error' ? own : undefined },
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
