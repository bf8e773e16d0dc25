import { AppError } from '../../contract/index.js';

/** The refusal of a message that mentions somebody who is not in its chat. */
export function noSuchMention(): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path: 'metadata', message: 'expected only ids of members of this chat in `mentions`' }],
  });
}
