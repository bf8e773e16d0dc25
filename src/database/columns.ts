import type { Model } from 'sequelize-typescript';

/** The type in a statement's cells: timestamps are ISO text there, and Dates in a model. */
type Stored<T> = T extends Date ? string : T;

/** What sequelize-typescript declares on every model, and ours declare again as columns. */
type Redeclared = 'id' | 'version' | 'createdAt' | 'updatedAt' | 'deletedAt';

type ColumnOf<M> = Exclude<keyof M, Exclude<keyof Model, Redeclared>> & string;

/**
 * Columns of a model, in order. Written once, next to the model: the list that statements select or insert, the cells
 * they return and the type of a row follow from it.
 */
export class Columns<M, Names extends readonly (keyof M & string)[]> {
  /** `id, "chatId"`, as an INSERT lists them. */
  readonly list: string;

  constructor(readonly names: Names) {
    this.list = names.map(quoted).join(', ');
  }

  /** All columns but one. */
  without<Name extends Names[number]>(name: Name): Columns<M, Exclude<Names[number], Name>[]> {
    return new Columns(this.names.filter((one) => one !== name) as Exclude<Names[number], Name>[]);
  }

  get length(): Names['length'] {
    return this.names.length;
  }

  /** `m.id, m."chatId"`: the columns of a table alias. */
  of(alias: string): string {
    return this.names.map((name) => `${alias}.${quoted(name)}`).join(', ');
  }
}

export function columnsOf<M, const Names extends readonly ColumnOf<M>[]>(
  _model: { prototype: M },
  ...names: Names
): Columns<M, Names> {
  return new Columns<M, Names>(names);
}

/** A row of the columns: `{ id: number, createdAt: string }`. */
export type RowOf<C> =
  C extends Columns<infer M, infer Names> ? { [Name in Names[number]]: Stored<M[Name]> } : never;

/** The cells of a row, in the order of the columns. */
export type CellsOf<C> =
  C extends Columns<infer M, infer Names>
    ? { -readonly [At in keyof Names]: Names[At] extends keyof M ? Stored<M[Names[At]]> : never }
    : never;

/** PostgreSQL folds a name to lower case unless it is quoted. */
export const quoted = (name: string) => (/^[a-z_]+$/.test(name) ? name : `"${name}"`);
