/** One thing in which a store differs from the tables. */
export interface Difference {
  /** Such as `chat 12`, or `chat 12, message 345 (seq 7)`. */
  where: string;
  /** What differs there; null: the thing itself is missing, or should not be there. */
  field: string | null;
  store: unknown;
  tables: unknown;
  /** The whole of it in a line. */
  text: string;
}

const shown = (value: unknown) => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** Collects what differs. */
export class Differences {
  readonly all: Difference[] = [];

  /** It is missing, or should not be there. */
  add(where: string, text: string, { store, tables }: { store?: unknown; tables?: unknown } = {}): void {
    this.all.push({ where, field: null, store, tables, text: `${where}: ${text}` });
  }

  /** Each field that is printed must be as in the tables; of objects and lists in it, too, what is printed. */
  fields(where: string, printed: object, tables: object, exactly: readonly string[] = []): void {
    for (const [field, store] of Object.entries(printed) as [string, unknown][]) {
      if (store === undefined) continue;
      const right = (tables as Record<string, unknown>)[field];
      if (!agrees(store, right, exactly.includes(field))) this.field(where, field, store, right);
    }
  }

  field(where: string, field: string, store: unknown, tables: unknown): void {
    const text = `${where}, ${field}: the store has ${shown(store)}, the tables have ${shown(tables)}`;
    this.all.push({ where, field, store, tables, text });
  }
}

/**
 * Whether what is printed is so in the tables: lists have the same length and order, objects at least these fields, or
 * exactly these.
 */
export function agrees(printed: unknown, tables: unknown, exactly = false): boolean {
  if (typeof printed !== 'object' || printed === null) return Object.is(printed, tables);
  if (typeof tables !== 'object' || tables === null || Array.isArray(printed) !== Array.isArray(tables))
    return false;
  const names = Object.keys(printed);
  if ((exactly || Array.isArray(printed)) && names.length !== Object.keys(tables).length) return false;
  return names.every(
    (name) =>
      Object.hasOwn(tables, name) &&
      agrees((printed as Record<string, unknown>)[name], (tables as Record<string, unknown>)[name], exactly),
  );
}
