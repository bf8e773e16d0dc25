import type { NotificationKind, NotifyLevel, UserExportLine } from '../contract/index.js';
import { chatColumns, type ChatCells, chatRow } from '../database/models/chat.model.js';
import { memberColumns } from '../database/models/chat-member.model.js';
import { type UserCells, userColumns, userRow } from '../database/models/user.model.js';
import type { CellsOf } from '../database/columns.js';
import { statement } from '../database/statement.js';
import { toChatView } from '../chats/chat.view.js';

/** The data of the lines of a type. */
type DataOf<T extends UserExportLine['type']> = Extract<UserExportLine, { type: T }>['data'];

type Account = DataOf<'user'>;

/** `$1` user: all that is theirs alone, but the hash of their password; and the time. */
export const userToExport = statement.oneOrNone({
  name: 'export.user',
  text: `
    SELECT clock_timestamp()::timestamptz(3), c.username, NOT u.invisible, u."groupAdds", u."erasedAt", d.at, d."until", d.reason,
      ${userColumns.of('u')}
    FROM users u
    LEFT JOIN credentials c ON c."userId" = u.id
    LEFT JOIN deactivations d ON d."userId" = u.id AND NOT d.ended
    WHERE u.id = $1`,
  values: (userId: number) => [userId],
  row: ([at, username, visible, groupAdds, erasedAt, since, until, reason, ...user]: [
    string,
    string | null,
    boolean,
    Account['groupAdds'],
    string | null,
    string | null,
    string | null,
    string | null,
    ...UserCells,
  ]): { at: string; user: Account } => {
    const deactivation = since === null ? null : { at: since, until, reason };
    return { at, user: { ...userRow(user), username, visible, groupAdds, erasedAt, deactivation } };
  },
});

interface Page {
  userId: number;
  after: number;
  most: number;
}

const page = ({ userId, after, most }: Page) => [userId, after, most];

/** `$1` user, `$2` chat after which the page begins, `$3` limit: the chats that they are a member of. */
export const membershipsOf = statement.many({
  name: 'export.membershipsOf',
  text: `
    SELECT m."mutedUntil", m."archivedAt", m."pinnedAt", m.notify, ${memberColumns.without('userId').of('m')}, ${chatColumns.of('c')}
    FROM (
      SELECT * FROM chat_members WHERE "userId" = $1 AND "chatId" > $2 ORDER BY "chatId" LIMIT $3
    ) m CROSS JOIN LATERAL (SELECT * FROM chats WHERE id = m."chatId" LIMIT 1) c
    ORDER BY m."chatId"`,
  values: page,
  row: ([
    mutedUntil,
    archivedAt,
    pinnedAt,
    notify,
    role,
    silencedUntil,
    readSeq,
    deliveredSeq,
    joinedAt,
    ...chat
  ]: MembershipCells): DataOf<'membership'> => ({
    chat: toChatView(chatRow(chat)),
    role,
    joinedAt,
    readSeq,
    deliveredSeq,
    silencedUntil,
    mutedUntil,
    archivedAt,
    pinnedAt,
    notify,
  }),
});

type MemberCells = CellsOf<typeof memberColumns>;
type MembershipCells = [
  mutedUntil: string | null,
  archivedAt: string | null,
  pinnedAt: string | null,
  notify: NotifyLevel | null,
  role: MemberCells[1],
  silencedUntil: MemberCells[2],
  readSeq: number,
  deliveredSeq: number,
  joinedAt: string,
  ...ChatCells,
];

/** `$1` user, `$2` chat after which the page begins, `$3` limit: the groups that they are invited to, as they know it. */
export const invitationsOf = statement.many({
  name: 'export.invitationsOf',
  text: `
    SELECT i."chatId", i."createdAt" FROM (
      SELECT * FROM chat_invitations WHERE "userId" = $1 AND NOT withheld OFFSET 0
    ) i WHERE i."chatId" > $2 ORDER BY i."chatId" LIMIT $3`,
  values: page,
  row: ([chatId, createdAt]: [number, string]): DataOf<'invitation'> => ({ chatId, createdAt }),
});

/** `$1` user, `$2` entry after which the page begins, `$3` limit: what is in their inbox. */
export const notificationsOf = statement.many({
  name: 'export.notificationsOf',
  text: `
    SELECT id, kind, "chatId", "messageId", "actorId", at, "seenAt" FROM notifications
    WHERE "userId" = $1 AND id > $2 ORDER BY id LIMIT $3`,
  values: page,
  row: ([id, kind, chatId, messageId, actorId, at, seenAt]: [
    number,
    NotificationKind,
    number,
    number | null,
    number | null,
    string,
    string | null,
  ]): DataOf<'notification'> => ({ id, kind, chatId, messageId, actorId, at, seenAt }),
});

/** `$1` user, `$2` user after whom the page begins, `$3` limit: whom they block. */
export const blocksOf = statement.many({
  name: 'export.blocksOf',
  text: `
    SELECT "blockedId", "createdAt" FROM user_blocks WHERE "userId" = $1 AND "blockedId" > $2
    ORDER BY "blockedId" LIMIT $3`,
  values: page,
  row: ([userId, blockedAt]: [number, string]): DataOf<'block'> => ({ userId, blockedAt }),
});

/**
 * `$1` user, `$2` message after which the page begins, `$3` limit: messages that they have deleted for themselves. Written as
 * a range of the index by user: with `"userId" = $1` the planner may walk along the one by message, through those of all users.
 */
export const hiddenOf = statement.many({
  name: 'export.hiddenOf',
  text: `
    SELECT "messageId", "chatId", at FROM hidden_messages
    WHERE ("userId", "messageId") > ($1::bigint, $2::bigint) AND "userId" <= $1
    ORDER BY "userId", "messageId" LIMIT $3`,
  values: page,
  row: ([messageId, chatId, at]: [number, number, string]): DataOf<'hidden'> => ({ messageId, chatId, at }),
});

/** `$1` user: the devices that get pushes. There are few. */
export const pushTargetsOf = statement.many({
  name: 'export.pushTargetsOf',
  text: `SELECT kind, "deviceId", "createdAt" FROM push_targets WHERE "userId" = $1 ORDER BY id`,
  values: (userId: number) => [userId],
  row: ([kind, deviceId, createdAt]: [
    DataOf<'pushTarget'>['kind'],
    string | null,
    string,
  ]): DataOf<'pushTarget'> => ({ kind, deviceId, createdAt }),
});

/** `$1` user, `$2` report after which the page begins, `$3` limit: what they have reported, without the copies of it. */
export const reportsBy = statement.many({
  name: 'export.reportsBy',
  text: `
    SELECT id, kind, "messageId", "chatId", COALESCE("reportedUserId", "senderId"), reason, "createdAt"
    FROM message_reports WHERE "reporterId" = $1 AND id > $2 ORDER BY id LIMIT $3`,
  values: page,
  row: ([reportId, kind, messageId, chatId, aboutId, reason, createdAt]: [
    number,
    DataOf<'report'>['kind'],
    number | null,
    number | null,
    number | null,
    string | null,
    string,
  ]): DataOf<'report'> => ({ reportId, kind, messageId, chatId, userId: aboutId, reason, createdAt }),
});
