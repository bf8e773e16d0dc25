import type { Runner } from '../../database/statement.js';
import { ownIds } from './own-ids.queries.js';

/** The id that a user or chat has in the application; null: it has none, or is not there any more. */
export interface OwnIds {
  ofUser(id: number | null): string | null;
  ofChat(id: number | null): string | null;
}

type Ids = readonly (number | null)[];

/** The ids that users and chats have in the application, for views that the application gets. */
export async function ownIdsOf(
  runner: Runner,
  { users, chats = [] }: { users: Ids; chats?: Ids },
): Promise<OwnIds> {
  const distinct = (ids: Ids) => [...new Set(ids.filter((id) => id !== null))];
  const asked = { userIds: distinct(users), chatIds: distinct(chats) };
  const none = asked.userIds.length + asked.chatIds.length === 0;
  const rows = none ? [] : await ownIds(runner, asked);
  const byId = (wanted: boolean) =>
    new Map<number | null, string>(
      rows.filter(({ isChat }) => isChat === wanted).map(({ id, externalId }) => [id, externalId]),
    );
  const [ofUsers, ofChats] = [byId(false), byId(true)];
  return { ofUser: (id) => ofUsers.get(id) ?? null, ofChat: (id) => ofChats.get(id) ?? null };
}
