import { isNativeError } from 'node:util/types';
import { AppError } from '../../contract/index.js';

/** Milliseconds a client should wait before it retries after the database was away. */
const RETRY_AFTER_MS = 1_000;

/** SQLSTATE classes and codes (PostgreSQL, appendix A) that mean "not now" rather than "not like this". */
const UNAVAILABLE_STATES = /^(08|53|57P0[1-5]|57014|55P03|25006|58|40001|40P01|XX000$|28|3D000|42P01$|57P05)/;

const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** pg, Sequelize and its pool throw these without a code; the last two when the pool is closed. */
const UNAVAILABLE_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|timeout expired|Client has encountered a connection error|Connection ended|pool is draining|ConnectionManager\.getConnection was called after)/;

/** Sequelize's errors hold pg's in `original`. */
function rootOf(error: Error): Error & { code?: unknown } {
  const original = (error as { original?: unknown }).original;
  return isNativeError(original) ? rootOf(original) : error;
}

/** The SQLSTATE or system error code of a failure of the database, or null. */
export function failureCode(error: unknown): string | null {
  if (!isNativeError(error)) return null;
  const { code } = rootOf(error);
  return typeof code === 'string' ? code : null;
}

/** Whether a failure says that the database is away, starting, full, stopped or too slow. */
export function isUnavailable(error: unknown): boolean {
  if (!isNativeError(error)) return false;
  if (/^Sequelize(Connection|.*Timeout|HostNot|AccessDenied)/.test(error.name)) return true;
  const code = failureCode(error);
  if (code !== null && (UNAVAILABLE_CODES.has(code) || UNAVAILABLE_STATES.test(code))) return true;
  return UNAVAILABLE_MESSAGES.test(rootOf(error).message);
}

/** Whether the same statement may succeed when it is run again at once: a serialization fault or a deadlock. */
export function isSerializationFault(error: unknown): boolean {
  const code = failureCode(error);
  return code === '40001' || code === '40P01';
}

/** Whether the statement gave up waiting for a lock that another transaction holds. It has changed nothing. */
export function isLockTimeout(error: unknown): boolean {
  return failureCode(error) === '55P03';
}

/** Whether another row has that key already. */
export function isUniqueViolation(error: unknown): boolean {
  return failureCode(error) === '23505';
}

/** Whether a new user got an id that open mode has just used: a second try gets another id. */
export function isUserIdTaken(error: unknown): boolean {
  return (
    isUniqueViolation(error) &&
    (rootOf(error as Error) as { constraint?: unknown }).constraint === 'users_pkey'
  );
}

/** Whether another transaction wrote the same key or the same rows at the same time: a retry may succeed. */
export function isConflict(error: unknown): boolean {
  return isSerializationFault(error) || isUniqueViolation(error);
}

/** Errors that end the statement for lack of space or time, or in favour of another one: its session stays usable. */
const STATEMENT_ENDED = /^(40|53|55P03|57014)/;

/**
 * Whether the connection of the error must be closed. A new connection needs more from an ailing database than the
 * existing one: on a full disk PostgreSQL may refuse every new one.
 */
export function endsConnection(error: unknown): boolean {
  if (!isNativeError(error) || !isUnavailable(error)) return false;
  const { severity } = rootOf(error) as { severity?: unknown };
  return severity !== 'ERROR' || !STATEMENT_ENDED.test(failureCode(error) ?? '');
}

/** The error that a client gets: an AppError unchanged, UNAVAILABLE for an absent database, else INTERNAL. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUnavailable(error))
    return new AppError('UNAVAILABLE', { cause: error, retryAfterMs: RETRY_AFTER_MS });
  return new AppError('INTERNAL', { cause: error });
}

/** The error for a command that could not be answered in time. */
export function tooSlow(): AppError {
  return new AppError('UNAVAILABLE', { retryAfterMs: RETRY_AFTER_MS });
}
