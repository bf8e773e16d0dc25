import { AppError } from '../../contract/index.js';

/**
 * An end in a field of an input has to be to come; null: there is none. `hint` follows in the message.
 *
 * @throws AppError VALIDATION_FAILED
 */
export function requireFuture(path: string, moment: string | null, hint: string): void {
  if (moment === null || Date.parse(moment) > Date.now()) return;
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path, message: `expected a time to come${hint}` }],
  });
}
