import { getAttributes, type Model } from 'sequelize-typescript';
import { bigints, texts } from './binary-array.js';
import { type Columns, quoted, type RowOf } from './columns.js';

type Cells = readonly unknown[];

/** How a column is sent: as an array of this type, which `cast` converts to the column's type. */
interface Travel {
  array: string;
  cast: string;
  encode(cells: Cells): Buffer | null;
}

const asJson = (cell: unknown) => (cell === null ? null : JSON.stringify(cell));

const TRAVELS: Readonly<Record<string, Travel>> = {
  BIGINT: { array: 'bigint[]', cast: '', encode: (cells) => bigints(cells as (number | null)[]) },
  TEXT: { array: 'text[]', cast: '', encode: (cells) => texts(cells as (string | null)[]) },
  JSONB: { array: 'text[]', cast: '::jsonb', encode: (cells) => texts(cells.map(asJson)) },
  INTEGER: { array: 'text[]', cast: '::int', encode: (cells) => texts(cells.map(asJson)) },
  SMALLINT: { array: 'text[]', cast: '::smallint', encode: (cells) => texts(cells.map(asJson)) },
  BOOLEAN: { array: 'text[]', cast: '::boolean', encode: (cells) => texts(cells.map(asJson)) },
};

/** Columns of a statement that writes many rows at once: each column is one parameter, an array of the rows' values. */
export class BatchColumns<M extends Model, Names extends readonly (keyof M & string)[]> {
  /** The column list, for naming the unnested parameters and, without a prefix, for the INSERT. */
  readonly list: string;
  private readonly columns: readonly { name: Names[number]; travel: Travel }[];

  /** `prefix`: before the names of the unnested parameters, where a statement has the same columns twice. */
  constructor(
    model: { prototype: M },
    columns: Columns<M, Names>,
    private readonly prefix = '',
  ) {
    const attributes = getAttributes(model.prototype) as Readonly<Record<string, { type: { key: string } }>>;
    this.list = columns.names.map((name) => this.nameOf(name)).join(', ');
    this.columns = columns.names.map((name: Names[number]) => {
      const key = attributes[name]?.type.key;
      const travel = key === undefined ? undefined : TRAVELS[key];
      if (!travel) throw new Error(`No batch encoding for a column of type ${key}: add one to TRAVELS`);
      return { name, travel };
    });
  }

  /** `$5::text[], $6::bigint[]`; `first` is the number of the first parameter. */
  parameters(first: number): string {
    return this.columns.map(({ travel }, i) => `$${first + i}::${travel.array}`).join(', ');
  }

  /** `i.content, i.metadata::jsonb`: the columns of the parameters, unnested under this alias. */
  of(alias: string): string {
    return this.columns.map(({ name }) => this.cell(alias, name)).join(', ');
  }

  cell(alias: string, name: Names[number]): string {
    const { travel } = this.columns.find((column) => column.name === name)!;
    return `${alias}.${this.nameOf(name)}${travel.cast}`;
  }

  private nameOf(name: string): string {
    return quoted(this.prefix + name);
  }

  /** The parameters. A column without any value is sent as null instead of an array of nulls. */
  values(rows: readonly RowOf<Columns<M, Names>>[]): (Buffer | null)[] {
    return this.columns.map(({ name, travel }) => {
      const cells = rows.map((row) => row[name]);
      return cells.some((cell) => cell !== null) ? travel.encode(cells) : null;
    });
  }
}
