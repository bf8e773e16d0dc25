import type { BannedUserView, ChatExportLine, ChatView, MemberView } from '../contract/index.js';
import type { Database } from '../database/database.js';
import { bannedAfter } from '../groups/bans.queries.js';
import { membersAfter } from '../groups/members.queries.js';
import { MESSAGES_AT_ONCE, MESSAGES_BYTES, messageLines, ROWS_AT_ONCE } from './message-lines.js';
import { messagesInChat } from './messages.queries.js';
import { pagesOf } from './pages.js';

type Line = Exclude<ChatExportLine, { type: 'header' | 'end' }>;

/** A chat as the application sees it, in pages of lines. */
export async function* chatLines(database: Database, chat: ChatView): AsyncGenerator<Line[]> {
  const chatId = chat.id;
  yield [{ type: 'chat', data: chat }];
  yield* pagesOf(
    (last: MemberView | null) =>
      membersAfter(database, { chatId, after: last?.userId ?? 0, most: ROWS_AT_ONCE }),
    (data): Line => ({ type: 'member', data }),
  );
  yield* pagesOf(
    (last: BannedUserView | null) =>
      bannedAfter(database, { chatId, after: last?.userId ?? 0, most: ROWS_AT_ONCE }),
    (data): Line => ({ type: 'ban', data }),
  );
  const page = { chatId, upTo: chat.lastSeq, most: MESSAGES_AT_ONCE, bytes: MESSAGES_BYTES };
  for (let after = 0; ;) {
    const messages = await messagesInChat(database, { ...page, after });
    if (messages.length === 0) return;
    yield* messageLines(database, messages, { reactions: true });
    after = messages.at(-1)!.seq;
  }
}
