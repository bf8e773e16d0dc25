import type { Runner } from '../database/statement.js';
import { unreadChats } from './quiet.queries.js';
import { type Recipient, recipientsOf, type Stretch } from './recipients.queries.js';

/**
 * What these people have not read and were not pushed: of each of their chats the newest message that is for them. The chats in
 * which something happened last come first; the others after some dozens are left out.
 */
export async function unreadToTell(
  database: Runner,
  userIds: readonly number[],
): Promise<Map<number, Recipient[]>> {
  const unread = await unreadChats(database, userIds);
  const stretches = new Map<number, Stretch>();
  for (const { chatId, firstSeq, lastSeq } of unread) {
    const known = stretches.get(chatId) ?? { chatId, firstSeq, lastSeq };
    known.firstSeq = Math.min(known.firstSeq, firstSeq);
    known.lastSeq = Math.max(known.lastSeq, lastSeq);
    stretches.set(chatId, known);
  }
  const recipients = await recipientsOf(database, { stretches: [...stretches.values()], userIds });
  const found = new Map(recipients.map((one) => [keyOf(one), one]));
  const told = new Map<number, Recipient[]>();
  for (const one of unread) {
    const recipient = found.get(keyOf(one));
    if (recipient) told.set(one.userId, [...(told.get(one.userId) ?? []), recipient]);
  }
  return told;
}

const keyOf = ({ userId, chatId }: Pick<Recipient, 'userId' | 'chatId'>) => `${userId} ${chatId}`;
