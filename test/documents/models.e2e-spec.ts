import pg from 'pg';
import type { AbstractDataType } from 'sequelize';
import { Sequelize } from 'sequelize-typescript';
import { models } from '../../src/database/models/all.js';
import { freshDatabase } from '../support/cluster.js';

/** `BIGINT`, `timestamp(3) with time zone`: in one form. */
const shown = (type: string) => type.replace(/\(\d+\)/, '').toLowerCase();

describe('The models', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let sequelize: Sequelize;
  let client: pg.Client;

  beforeAll(async () => {
    database = await freshDatabase();
    sequelize = new Sequelize({ dialect: 'postgres', models });
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await Promise.all([sequelize.close(), client.end()]);
    await database.drop();
  });

  it('are of every table but that of the migrations', async () => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    const tables = rows.map(({ name }) => name).filter((name) => name !== 'SequelizeMeta');
    expect(models.map((model) => model.getTableName()).sort()).toEqual(tables.sort());
  });

  it.each(models.map((model) => model.name))('have every column of %s, and no other', async (name) => {
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
  });
});
