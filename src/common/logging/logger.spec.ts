import { Logger } from '@nestjs/common';
import { PinoLogger } from './logger.js';

/** The lines that these calls of Nest's logger write in production, parsed. */
function lines(
  write: (logger: Logger) => void,
  logLevel: 'info' | 'debug' = 'info',
): Record<string, unknown>[] {
  const written: string[] = [];
  const pino = new PinoLogger({ production: true, logLevel }, { write: (line) => void written.push(line) });
  Logger.overrideLogger(pino);
  try {
    write(new Logger('Spec'));
  } finally {
    Logger.overrideLogger(false);
  }
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('The log', () => {
  it('has one JSON object per line, with its context', () => {
    expect(lines((logger) => logger.log('Serving'))).toMatchObject([
      { level: 30, context: 'Spec', msg: 'Serving' },
    ]);
  });

  it('carries the ids that a line was given', () => {
    const fields = { socketId: 'abc', userId: 7, command: 'sendMessage', err: new Error('broken') };
    expect(lines((logger) => logger.error(fields, 'A command failed'))).toMatchObject([
      {
        socketId: 'abc',
        userId: 7,
        command: 'sendMessage',
        msg: 'A command failed',
        err: { message: 'broken' },
      },
    ]);
  });

  it('holds no secrets and nothing that users wrote', () => {
    const secret = 'hunter2-hunter2';
    const request = { headers: { authorization: secret, cookie: secret }, token: secret };
    const [line] = lines((logger) =>
      logger.warn(
        { request, password: secret, token: secret, body: { content: secret, refreshToken: secret } },
        'x',
      ),
    );
    expect(JSON.stringify(line)).not.toContain(secret);
  });

  it('shows what PostgreSQL says of an error, not the row that it quotes', () => {
    const error = Object.assign(new Error('violates check constraint "x"'), {
      code: '23514',
      constraint: 'x',
      detail: 'Failing row contains (1, my secret).',
      where: 'my secret',
    });
    const wrapped = Object.assign(new Error('Validation error'), {
      original: error,
      sql: 'INSERT my secret',
      parameters: ['my secret'],
    });
    const [line] = lines((logger) => logger.error(wrapped, 'A request failed'));
    expect(line).toMatchObject({
      err: { message: 'Validation error', cause: { code: '23514', constraint: 'x' } },
    });
    expect(JSON.stringify(line)).not.toContain('my secret');
  });

  it('writes debug lines only at level debug', () => {
    const write = (logger: Logger) => logger.debug({ requestId: 'r1', status: 200 }, 'GET /users');
    expect(lines(write)).toEqual([]);
    expect(lines(write, 'debug')).toMatchObject([{ level: 20, requestId: 'r1', msg: 'GET /users' }]);
  });
});
