import type { User } from '@chat-api/client';
import { ApiError, get } from '../api';
import { learn } from '../names';

const MOST = 50;

/** What is no id is no fault: it may be a name. */
const orNone = (error: unknown): User[] => {
  if (error instanceof ApiError && error.code === 'VALIDATION_FAILED') return [];
  throw error;
};

/** Whom these words may mean: by id, by the application's own id, by name. */
export async function find(q: string): Promise<User[]> {
  const external = q.replace(/^external:/, '');
  // In the list of ids a comma ends one.
  const ids = [
    ...(/^[1-9]\d{0,14}$/.test(q) ? [q] : []),
    ...(external === '' || external.includes(',') ? [] : [`external:${external}`]),
  ];
  const found = await Promise.all([
    ids.length === 0 ? [] : get<User[]>('/users', { ids: ids.join() }).catch(orNone),
    external === q ? get<User[]>('/users/search', { q, limit: MOST }) : [],
  ]);
  const users = [...new Map(found.flat().map((user) => [user.id, user])).values()];
  learn(users);
  return users;
}

/** A page of all, by id. */
export async function everybody(after?: number): Promise<{ users: User[]; more: boolean }> {
  const users = await get<User[]>('/users', { after, limit: MOST });
  learn(users);
  return { users, more: users.length === MOST };
}
