import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../src/common/project-root.js';
import { freshDatabase } from '../support/cluster.js';

jest.setTimeout(90_000);

const run = promisify(execFile);

describe('docs/reference/statements.md', () => {
  it('has every statement as it is sent, with its plan: `npm run sql` writes it', async () => {
    const database = await freshDatabase();
    const env = { ...process.env, SQL_DATABASE_URL: database.url };
    const { stdout } = await run(process.execPath, [join(projectRoot(), 'scripts/sql.mjs'), '--check'], {
      env,
    }).catch((error: { stdout: string; stderr: string }) => ({ stdout: error.stdout + error.stderr }));
    await database.drop();
    expect(stdout).toBe('');
  });
});
