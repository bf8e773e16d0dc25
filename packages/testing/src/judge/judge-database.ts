import { Tables } from '../tables.js';
import { readAccount } from './account.js';
import type { Difference } from './compare.js';
import { judge } from './judge.js';
import { toPrinted } from './printed.js';

/**
 * In what a printed store differs from the tables of a server.
 *
 * @param store as JSON of the format `PrintedStore`
 * @throws FormatError when it is not printed so
 * @throws Error when the database cannot be read, or has no such user
 */
export async function judgeStore({
  databaseUrl,
  userId,
  store,
}: {
  databaseUrl: string;
  userId: number;
  store: unknown;
}): Promise<Difference[]> {
  const printed = toPrinted(store);
  const tables = new Tables(databaseUrl);
  try {
    return judge(printed, await tables.snapshot((sql) => readAccount(sql, userId)));
  } finally {
    await tables.close();
  }
}
