import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PARTS = ['dist', 'migrations', 'package.json', '.sequelizerc', 'sequelize-cli.config.cjs'];
const NAME = '29991231000000-next-version.cjs';
/** The tables that every command reads or writes. */
const TABLES = ['users', 'chats', 'chat_members', 'messages'];

/** The changes that docs/guides/operations.md allows in an expanding step. */
const MIGRATION = `'use strict';
const tables = ${JSON.stringify(TABLES)};
module.exports = {
  transaction: false,
  async up({ sequelize }) {
    for (const table of tables) {
      await sequelize.transaction(async (transaction) => {
        await sequelize.query("SET LOCAL lock_timeout = '2s'", { transaction });
        await sequelize.query(\`ALTER TABLE \${table} ADD COLUMN IF NOT EXISTS "nextFlag" boolean NOT NULL DEFAULT false, ADD COLUMN IF NOT EXISTS "nextNote" text\`, { transaction });
      });
    }
    await sequelize.query('CREATE TABLE IF NOT EXISTS next_things (id bigint PRIMARY KEY)');
    await sequelize.query('CREATE INDEX CONCURRENTLY IF NOT EXISTS messages_next ON messages ("nextNote") WHERE "nextNote" IS NOT NULL');
  },
  async down({ sequelize }) {
    await sequelize.query('DROP INDEX CONCURRENTLY messages_next');
    await sequelize.query('DROP TABLE next_things');
    for (const table of tables) {
      await sequelize.transaction(async (transaction) => {
        await sequelize.query("SET LOCAL lock_timeout = '2s'", { transaction });
        await sequelize.query(\`ALTER TABLE \${table} DROP "nextFlag", DROP "nextNote"\`, { transaction });
      });
    }
  },
};
`;

/** A possible next version of this program, in a folder of its own: with one more migration. */
export class NextVersion {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<NextVersion> {
    const folder = await mkdtemp(join(tmpdir(), 'chat-chaos-next-'));
    for (const part of PARTS) await cp(join(ROOT, part), join(folder, part), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'migrations', NAME), MIGRATION);
    return new NextVersion(folder);
  }

  /** The server's entry file. */
  get main(): string {
    return join(this.folder, 'dist', 'main.js');
  }

  async hasMigrated(databaseUrl: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query("SELECT to_regclass('next_things') IS NOT NULL AS there");
    await client.end();
    return (rows as { there: boolean }[])[0]?.there === true;
  }

  /** Undoes its migration, like an operator. @throws Error with the output of sequelize-cli. */
  async undo(databaseUrl: string): Promise<void> {
    const cli = join(ROOT, 'node_modules', 'sequelize-cli', 'lib', 'sequelize');
    const child = spawn(process.execPath, [cli, 'db:migrate:undo'], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0 || !said.includes('reverted')) throw new Error(`db:migrate:undo: ${said}`);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
