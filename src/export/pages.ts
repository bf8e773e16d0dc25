/** Pages of rows, each read when it is asked for, up to the first that is empty. */
export async function* pagesOf<Row, Line>(
  first: (last: Row | null) => Promise<Row[]>,
  toLine: (row: Row) => Line,
): AsyncGenerator<Line[]> {
  for (let rows = await first(null); rows.length > 0; rows = await first(rows.at(-1)!))
    yield rows.map(toLine);
}
