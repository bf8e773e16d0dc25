import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { AbstractDataType } from 'sequelize';
import { type ModelCtor, Sequelize } from 'sequelize-typescript';
import { projectRoot } from '../../src/common/project-root.js';
import { freshDatabase } from '../support/cluster.js';

const FOLDER = join(projectRoot(), 'src/database/models');

/** `BIGINT`, `timestamp(3) with time zone`: in one form. */
const shown = (type: string) => type.replace(/\(\d+\)/, '').toLowerCase();

async function allModels(): Promise<ModelCtor[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.model.ts'));
  const found = await Promise.all(
    files.map((file) => import(join(FOLDER, file)) as Promise<Record<string, ModelCtor>>),
  );
  return found.flatMap((exported) => Object.values(exported));
}

describe('The models', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let sequelize: Sequelize;
  let client: pg.Client;

  beforeAll(async () => {
    database = await freshDatabase();
    sequelize = new Sequelize({ dialect: 'postgres', models: await allModels() });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await Promise.all([sequelize.close(), client.end()]);
    await database.drop();
  });

  it('are of people, chats, members and messages', () => {
    expect(Object.keys(sequelize.models).sort()).toEqual(['Chat', 'ChatMember', 'Message', 'User']);
  });

  it.each(['Chat', 'ChatMember', 'Message', 'User'])(
    'have every column of %s, and no other',
    async (name) => {
      const model = sequelize.models[name]!;
      const attributes = Object.values(model.getAttributes()).map(
        ({ field, type }) => `${field} ${shown((type as AbstractDataType).toSql())}`,
      );
      const { rows } = await client.query<{ name: string; type: string }>(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
        [model.getTableName()],
      );
      expect(attributes.sort()).toEqual(rows.map((column) => `${column.name} ${shown(column.type)}`).sort());
    },
  );
});
