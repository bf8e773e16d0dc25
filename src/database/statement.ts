/** A statement that PostgreSQL parses once a connection. */
export interface Statement {
  /** Unique in the program; PostgreSQL keeps the prepared statement under it. */
  readonly name: string;
  readonly text: string;
}

/** What PostgreSQL answers: the cells of each row in the order of the columns, and how many rows were read or written. */
export interface Answer {
  rows: unknown[][];
  count: number;
}

/** Runs statements, each of them alone or inside a transaction. */
export interface Runner {
  run(statement: Statement, values: readonly unknown[]): Promise<Answer>;
}

/** All that a statement is. Its text never changes: what differs from call to call is a parameter. */
interface Definition<Input> extends Statement {
  /** The parameters, `$1` first. */
  values: (input: Input) => readonly unknown[];
}

interface Reading<Input, Cells extends readonly unknown[], Row> extends Definition<Input> {
  /** A row from its cells, which are in the order of the columns that the text selects. */
  row: (cells: Cells) => Row;
}

/** A statement as its callers see it: a function. */
export type StatementFunction<Input, Result> = ((runner: Runner, input: Input) => Promise<Result>) & {
  readonly statement: Statement;
};

/** All statements of the modules that are loaded, by name. */
export const statements = new Map<string, Statement>();

function define<Input, Result>(
  { name, text, values }: Definition<Input>,
  read: (answer: Answer) => Result,
): StatementFunction<Input, Result> {
  if (statements.has(name)) throw new Error(`There are two statements with the name ${name}`);
  const statement: Statement = { name, text };
  statements.set(name, statement);
  const call = async (runner: Runner, input: Input) => read(await runner.run(statement, values(input)));
  return Object.assign(call, { statement });
}

/** Makes functions of statements, by how many rows they answer. */
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

  /** A row, which is always there. */
  one<Input, Cells extends readonly unknown[], Row>(definition: Reading<Input, Cells, Row>) {
    const { name, row } = definition;
    return define(definition, ({ rows: [cells] }) => {
      if (cells === undefined) throw new Error(`The statement ${name} answered no row`);
      return row(cells as unknown as Cells);
    });
  },

  /** How many rows it has read or written. */
  count<Input>(definition: Definition<Input>) {
    return define(definition, ({ count }) => count);
  },
};
