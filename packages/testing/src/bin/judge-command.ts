import { parseArgs } from 'node:util';
import { judgeStore } from '../judge/judge-database.js';
import type { PrintedStore } from '../judge/printed.js';
import { readAll, reasonOf, type Terminal, UsageError, wholeNumber } from './terminal.js';

const USAGE = `Compares a store, printed as JSON on standard input, with the tables of a server.

  chat-judge --database <url> --user <id> < store.json

  --database  the server's PostgreSQL; left out: DATABASE_URL
  --user      whose store it is
  --json      prints the differences as JSON, one in a line

Exit code 0: equal; 1: different, and each difference is printed; 2: it could not be judged.
`;

/** @returns the exit code */
export async function judgeCommand(
  args: readonly string[],
  { input, output, errors }: Terminal,
): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        database: { type: 'string' },
        user: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help) {
      output.write(USAGE);
      return 0;
    }
    const databaseUrl = values.database ?? process.env['DATABASE_URL'];
    if (!databaseUrl) throw new UsageError('--database: say where the server keeps its data');
    const userId = wholeNumber('user', values.user);
    const store = JSON.parse(await readAll(input)) as PrintedStore;
    const differences = await judgeStore({ databaseUrl, userId, store });
    for (const difference of differences)
      output.write(`${values.json ? JSON.stringify(difference) : difference.text}\n`);
    if (values.json) return differences.length > 0 ? 1 : 0;
    const messages = store.chats.flatMap(({ ranges }) => ranges).flatMap((range) => range.messages).length;
    output.write(
      differences.length > 0
        ? `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}.\n`
        : `Equal: ${store.chats.length} chats, ${messages} messages.\n`,
    );
    return differences.length > 0 ? 1 : 0;
  } catch (error) {
    errors.write(`chat-judge: ${reasonOf(error)}\nchat-judge --help says how it is called.\n`);
    return 2;
  }
}
