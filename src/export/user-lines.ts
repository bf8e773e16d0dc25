import { sessionsOf } from '../accounts/accounts.queries.js';
import { latestLogins } from '../accounts/logins.queries.js';
import type { UserExportLine } from '../contract/index.js';
import type { Database } from '../database/database.js';
import { preferencesOf } from '../notifications/preferences.queries.js';
import { toPreferencesView } from '../notifications/preferences.view.js';
import {
  MESSAGES_AT_ONCE,
  MESSAGES_BYTES,
  messageLines,
  ROWS_AT_ONCE,
  toReactionLine,
} from './message-lines.js';
import { messagesOfUser, reactionsOf, type ReactionToExport } from './messages.queries.js';
import { pagesOf } from './pages.js';
import {
  blocksOf,
  hiddenOf,
  invitationsOf,
  membershipsOf,
  notificationsOf,
  pushTargetsOf,
  reportsBy,
} from './users.queries.js';

type Line = Exclude<UserExportLine, { type: 'header' | 'end' }>;

/** Chats of a page: each may have 16 KiB of metadata. */
const CHATS_AT_ONCE = 50;

/** Of each kind, more than are kept. */
const MOST_LOGINS = 1_000;

/** What is stored of a person, in pages of lines. `at`: messages that were sent later are left out. */
export async function* userLines(
  database: Database,
  { userId, at, user }: { userId: number; at: string; user: Extract<Line, { type: 'user' }>['data'] },
): AsyncGenerator<Line[]> {
  yield [{ type: 'user', data: user }];
  const logins = await latestLogins(database, { userId, most: MOST_LOGINS });
  yield logins.map((data) => ({ type: 'login', data }));
  yield (await sessionsOf(database, { userId, expired: true })).map((data) => ({ type: 'session', data }));
  const preferences = await preferencesOf(database, [userId]);
  yield preferences.map((row) => ({ type: 'preferences', data: toPreferencesView(userId, row) }));
  yield (await pushTargetsOf(database, userId)).map((data) => ({ type: 'pushTarget', data }));
  yield* rowsOf(database, userId);
  yield* pagesOf(
    (last: ReactionToExport | null) => reactionsOf(database, { userId, last, most: ROWS_AT_ONCE }),
    toReactionLine,
  );
  const page = { userId, at, most: MESSAGES_AT_ONCE, bytes: MESSAGES_BYTES };
  for (let after = ''; ;) {
    const messages = await messagesOfUser(database, { ...page, after });
    if (messages.length === 0) return;
    // The reactions of others are theirs.
    yield* messageLines(database, messages, { reactions: false });
    after = messages.at(-1)!.clientId!;
  }
}

async function* rowsOf(database: Database, userId: number): AsyncGenerator<Line[]> {
  const after = (last: number | undefined, most = ROWS_AT_ONCE) => ({ userId, after: last ?? 0, most });
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof membershipsOf>>[number] | null) =>
      membershipsOf(database, after(last?.chat.id, CHATS_AT_ONCE)),
    (data): Line => ({ type: 'membership', data }),
  );
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof invitationsOf>>[number] | null) =>
      invitationsOf(database, after(last?.chatId)),
    (data): Line => ({ type: 'invitation', data }),
  );
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof notificationsOf>>[number] | null) =>
      notificationsOf(database, after(last?.id)),
    (data): Line => ({ type: 'notification', data }),
  );
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof blocksOf>>[number] | null) => blocksOf(database, after(last?.userId)),
    (data): Line => ({ type: 'block', data }),
  );
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof reportsBy>>[number] | null) =>
      reportsBy(database, after(last?.reportId)),
    (data): Line => ({ type: 'report', data }),
  );
  yield* pagesOf(
    (last: Awaited<ReturnType<typeof hiddenOf>>[number] | null) => hiddenOf(database, after(last?.messageId)),
    (data): Line => ({ type: 'hidden', data }),
  );
}
