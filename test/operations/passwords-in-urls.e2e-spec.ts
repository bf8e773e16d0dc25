import { PassThrough } from 'node:stream';
import { startChatServer } from '../../packages/testing/src/index.js';
import { judgeCommand } from '../../packages/testing/src/bin/judge-command.js';
import { projectRoot } from '../../src/common/project-root.js';
import { Program } from '../support/process.js';

jest.setTimeout(90_000);

const OTHERS = { AUTH: 'open', PORT: '0', SOCKET_PORT: '0' };

/** What reads the URL of a database from its environment: the variable, and the arguments of Node. */
const PROGRAMS: readonly [string, string, readonly string[]][] = [
  ['npm start', 'DATABASE_URL', ['dist/main.js']],
  ['npm run db:migrate', 'DATABASE_URL', ['node_modules/sequelize-cli/lib/sequelize', 'db:migrate']],
  ['npm run audit:unread', 'DATABASE_URL', ['scripts/audit-unread.mjs']],
  ['npm run audit:erased', 'DATABASE_URL', ['scripts/audit-erased.mjs', '1']],
  ['npm run sql', 'SQL_DATABASE_URL', ['scripts/sql.mjs', '--check']],
];

/** Passwords, and the parts of them that are looked for in what is said. Each has a sign that ends something in a URL. */
const PASSWORDS: readonly [string, readonly string[]][] = [
  ['12345/abcdefgh', ['12345', 'abcdefgh']],
  ['1234%zzefgh', ['1234', 'zzefgh']],
];

const urlOf = (password: string) => `postgres://chat:${password}@127.0.0.1:1/chat`;

function expectNothingOf(parts: readonly string[], said: string): void {
  expect(said).toContain('expected postgres://user:password@host:port/database');
  for (const part of parts) expect(said).not.toContain(part);
}

describe('A password that was not escaped does not show, in part neither, in what is said by', () => {
  it.each(PROGRAMS)('%s', async (_, variable, args) => {
    await Promise.all(
      PASSWORDS.map(async ([password, parts]) => {
        const variables = { ...OTHERS, [variable]: urlOf(password) };
        const program = new Program(process.execPath, args, projectRoot(), variables);
        expect(await program.exited).not.toBe(0);
        expectNothingOf(parts, program.output);
      }),
    );
  });

  it('npm run db:migrate, where the password has what Sequelize takes for the end of it', async () => {
    // A backslash: it is escaped for Sequelize, so the error names the address that was meant.
    const args = PROGRAMS[1]![2];
    const program = new Program(process.execPath, args, projectRoot(), {
      DATABASE_URL: urlOf('1234\\abcdefgh'),
    });
    expect(await program.exited).not.toBe(0);
    expect(program.output).toContain('127.0.0.1:1');
    for (const part of ['1234', 'abcdefgh']) expect(program.output).not.toContain(part);
  });

  it.each(PASSWORDS)('chat-judge and startChatServer: %s', async (password, parts) => {
    const [input, output, errors] = [new PassThrough(), new PassThrough(), new PassThrough()];
    let said = '';
    errors.on('data', (chunk: Buffer) => (said += chunk.toString()));
    input.end('{"format":1,"chats":[]}');
    expect(
      await judgeCommand(['--database', urlOf(password), '--user', '1'], { input, output, errors }),
    ).toBe(2);
    expect(said).toContain('chat-judge:');
    for (const part of parts) expect(said).not.toContain(part);
    const error: unknown = await startChatServer({ databaseUrl: urlOf(password) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(Error);
    expectNothingOf(parts, (error as Error).message);
  });
});
