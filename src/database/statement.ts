/** A statement that PostgreSQL parses once per connection. */
export interface Statement {
  /** Unique in the program: the name of the prepared statement. */
  readonly name: string;
  readonly text: string;
}

/** The result: the cells of each row in column order, and how many rows were read or written. */
export interface Answer {
  rows: unknown[][];
  count: number;
}

/** Runs statements, each on its own or inside a transaction. */
export interface Runner {
  run(statement: Statement, values: readonly unknown[]): Promise<Answer>;
}

/** The definition of a statement. Its text never changes: everything that varies is a parameter. */
interface Definition<Input> extends Statement {
  /** The parameters, `$1` first. */
  values: (input: Input) => readonly unknown[];
}

interface Reading<Input, Cells extends readonly unknown[], Row> extends Definition<Input> {
  /** Makes a row from its cells, in the order in which the text selects them. */
  row: (cells: Cells) => Row;
}

/** A statement as its callers use it: a function. */
export type StatementFunction<Input, Result> = ((runner: Runner, input: Input) => Promise<Result>) & {
  readonly statement: Statement;
};

/** All statements of the loaded modules, by name. */
export const statements = new Map<string, Statement>();

function define<Input, Result>(
  { name, text, values }: Definition<Input>,
  read: (answer: Answer) => Result,
): StatementFunction<Input, Result> {
  if (statements.has(name)) throw new Error(`Two statements have the name ${name}: rename one`);
  const statement: Statement = { name, text };
  statements.set(name, statement);
  const call = async (runner: Runner, input: Input) => read(await runner.run(statement, values(input)));
  return Object.assign(call, { statement });
}

/** Turns definitions into functions, by how many rows they return. */
export const statement = {
  /** Any number of rows. */
  many<Input, Cells extends readonly unknown[], Row>(definition: Reading<Input, Cells, Row>) {
    const { row } = definition;
    return define(definition, ({ rows }) => rows.map((cells) => row(cells as unknown as Cells)));
  },

  /** A row, or undefined. */
  oneOrNone<Input, Cells extends readonly unknown[], Row>(definition: Reading<Input, Cells, Row>) {
    const { row } = definition;
    return define(definition, ({ rows: [cells] }) =>
      cells === undefined ? undefined : row(cells as unknown as Cells),
    );
  },

  /** Exactly one row. @throws Error when there is none. */
  one<Input, Cells extends readonly unknown[], Row>(definition: Reading<Input, Cells, Row>) {
    const { name, row } = definition;
    return define(definition, ({ rows: [cells] }) => {
      if (cells === undefined) throw new Error(`The statement ${name} returned no row`);
      return row(cells as unknown as Cells);
    });
  },

  /** How many rows it read or wrote. */
  count<Input>(definition: Definition<Input>) {
    return define(definition, ({ count }) => count);
  },
};
