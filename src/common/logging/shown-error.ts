import { isNativeError } from 'node:util/types';

/** Maximum depth of causes that are shown. */
const MAX_CAUSES = 3;

/** Fields of a PostgreSQL error that are about the schema or the server, not about rows. */
const SCHEMA_FIELDS = [
  'code',
  'severity',
  'schema',
  'table',
  'column',
  'constraint',
  'routine',
  'syscall',
  'address',
  'port',
];

/** A value as PostgreSQL (`… for type bigint: "x"`, `value "x" is out of range`) and JSON.parse quote it. */
const QUOTED_VALUE = /((?::|\bvalue|\bliteral|token|,) )(["'])[\s\S]*\2/gi;

/** An error's text without the values that it quotes. Names of tables and constraints stay. */
export function withoutValues(text: string): string {
  return text.replace(QUOTED_VALUE, '$1$2…$2');
}

/**
 * An error as the log shows it: type, message without values, stack, and fields that are known not to hold data. Errors
 * of the database carry whole rows (`detail`, `where`, `parameters`, `sql`), so everything else is left out.
 */
export function shownError(error: unknown, depth = 0): unknown {
  if (!isNativeError(error)) return typeof error === 'string' ? withoutValues(error) : typeof error;
  const message = withoutValues(error.message);
  const { original, cause = original } = error as { cause?: unknown; original?: unknown };
  const fields = SCHEMA_FIELDS.flatMap((name) => {
    const value = (error as unknown as Record<string, unknown>)[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  });
  return {
    type: error.name,
    message,
    stack: error.stack?.replace(error.message, () => message),
    ...Object.fromEntries(fields),
    ...(cause === undefined || depth >= MAX_CAUSES ? {} : { cause: shownError(cause, depth + 1) }),
  };
}
