import type { Actor } from '../commands/identity/actor.js';
import { AppError } from '../contract/index.js';

/** @throws AppError FORBIDDEN when somebody else than the application gives a chat its externalId. */
export function mayName({ isApplication = false }: Actor, externalId: string | undefined): void {
  if (externalId === undefined || isApplication) return;
  throw new AppError('FORBIDDEN', {
    message: 'Only the application can give a chat an externalId: leave it out.',
  });
}

/** The chat cannot have this externalId: another one has it, or it has another one. */
export function notToBeNamedSo(): AppError {
  return new AppError('CONFLICT', {
    details: [
      {
        path: 'externalId',
        message:
          'expected an externalId that no other chat has, or the one of this chat; deleting the other chat frees it',
      },
    ],
  });
}
