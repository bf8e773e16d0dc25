import { BelongsTo, Column, CreatedAt, DataType, Model, Table } from 'sequelize-typescript';
import type { NotifyLevel } from '../../contract/index.js';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';
import { Chat } from './chat.model.js';
import type { Rel } from './rel.js';
import { User } from './user.model.js';

export type Role = 'owner' | 'admin' | 'member';

/** A user's membership in a chat, with the watermarks of what they have received and seen. */
@Table({ tableName: 'chat_members', createdAt: 'joinedAt', updatedAt: false })
export class ChatMember extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.TEXT)
  declare role: Role;

  /** The member sees messages after this seq. Set when they join. */
  @Column(DataType.BIGINT)
  declare seesAfter: number;

  /** The member has deleted everything up to this seq for themselves; null: nothing. */
  @Column(DataType.BIGINT)
  declare clearedSeq: number | null;

  /** The chat is not there for the member as long as it has no message after this seq; null: it is there. */
  @Column(DataType.BIGINT)
  declare goneUpTo: number | null;

  /** The chat is not in the member's list as long as it has no message after this seq; null: it is there. */
  @Column(DataType.BIGINT)
  declare hiddenUpTo: number | null;

  /** The member has seen everything up to this seq. */
  @Column(DataType.BIGINT)
  declare readSeq: number;

  /** The member has received everything up to this seq. */
  @Column(DataType.BIGINT)
  declare deliveredSeq: number;

  /** Where counting of unread messages starts. */
  @Column(DataType.BIGINT)
  declare unreadSeq: number;

  /**
   * What makes the unread count come out: the member's own messages and the chat's notes, less the messages after
   * `unreadSeq` that are own, notes or deleted (docs/adr/0025). It may be negative.
   */
  @Column(DataType.BIGINT)
  declare sentBefore: number;

  /** In groups: how many messages the member has sent. */
  @Column(DataType.BIGINT)
  declare sent: number;

  @Column(DataType.DATE(3))
  declare mutedUntil: Date | null;

  @Column(DataType.DATE(3))
  declare archivedAt: Date | null;

  @Column(DataType.DATE(3))
  declare pinnedAt: Date | null;

  /** What the member is told of this chat; null: what their preferences say. */
  @Column(DataType.TEXT)
  declare notify: NotifyLevel | null;

  /** When they last muted, archived or pinned the chat, or set what they are told of. */
  @Column(DataType.DATE(3))
  declare settingsAt: Date;

  /** The member can neither send, edit nor react until then. */
  @Column(DataType.DATE(3))
  declare silencedUntil: Date | null;

  /** In groups: when the member last sent a message. */
  @Column(DataType.DATE(3))
  declare lastSentAt: Date | null;

  /** When `readSeq`, `deliveredSeq` or `unreadSeq` was last set. */
  @Column(DataType.DATE(3))
  declare watermarksAt: Date;

  /**
   * The version of the chat at which they joined. Of who has cleared it or deleted it for themselves, the version after
   * that: the next change of the chat has it.
   */
  @Column(DataType.BIGINT)
  declare version: number;

  @CreatedAt
  declare joinedAt: Date;

  @BelongsTo(() => Chat, 'chatId')
  declare chat?: Rel<Chat>;

  @BelongsTo(() => User, 'userId')
  declare user?: Rel<User>;
}

/** The columns of a member that others see. */
export const memberColumns = columnsOf(
  ChatMember,
  'userId',
  'role',
  'silencedUntil',
  'readSeq',
  'deliveredSeq',
  'joinedAt',
);

export const memberRow = ([userId, role, silencedUntil, readSeq, deliveredSeq, joinedAt]: CellsOf<
  typeof memberColumns
>): RowOf<typeof memberColumns> => ({
  userId,
  role,
  silencedUntil,
  readSeq,
  deliveredSeq,
  joinedAt,
});
