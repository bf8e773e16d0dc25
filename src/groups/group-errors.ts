import { AppError, MAX_MEMBERS } from '../contract/index.js';

/** A user, and what the application calls them. */
interface OwnUser {
  id: number;
  externalId: string | null;
}

export function groupFull(): AppError {
  return new AppError('GROUP_FULL', { details: { limit: MAX_MEMBERS } });
}

/** The list is empty, or one of its users does not exist. */
export function noSuchPeople(path: string): AppError {
  return new AppError('VALIDATION_FAILED', {
    details: [{ path, message: 'expected the ids of existing users, at least one' }],
  });
}

/** Some of the users are banned from the group; `users`: the same with their own ids, for the application. */
export function bannedPeople(userIds: readonly number[], users: readonly OwnUser[] | null): AppError {
  return new AppError('CONFLICT', {
    message: 'Some of these users are banned from the group: lift that by unbanMember first.',
    details: { reason: 'banned', userIds, ...(users && { users }) },
  });
}
