import { BelongsTo, Column, CreatedAt, DataType, HasMany, Model, Table } from 'sequelize-typescript';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';
import { ChatMember } from './chat-member.model.js';
import { Message } from './message.model.js';
import type { Rel } from './rel.js';
import { User } from './user.model.js';

export type ChatType = 'direct' | 'group';

/** A direct chat of two users, or a group. */
@Table({ tableName: 'chats', updatedAt: false })
export class Chat extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.TEXT)
  declare type: ChatType;

  @Column(DataType.BIGINT)
  declare user1Id: number | null;

  @Column(DataType.BIGINT)
  declare user2Id: number | null;

  /** The id that the chat has in the application. */
  @Column(DataType.TEXT)
  declare externalId: string | null;

  @Column(DataType.TEXT)
  declare title: string | null;

  @Column(DataType.TEXT)
  declare avatarUrl: string | null;

  @Column(DataType.JSONB)
  declare metadata: Record<string, unknown>;

  /** Whether new members see the messages from before they joined. */
  @Column(DataType.TEXT)
  declare historyVisible: 'all' | 'fromJoin';

  /** Groups: whether everybody can find and join it. */
  @Column(DataType.TEXT)
  declare visibility: 'private' | 'public';

  /** Groups: who may send. */
  @Column(DataType.TEXT)
  declare sending: 'all' | 'admins';

  /** Groups: seconds between two messages of a member; 0: no slow mode. */
  @Column(DataType.INTEGER)
  declare slowModeSeconds: number;

  /** Groups: who may add members. */
  @Column(DataType.TEXT)
  declare addMembers: 'admins' | 'members';

  /** Changes with `sending` and `slowModeSeconds`. */
  @Column(DataType.BIGINT)
  declare rulesVersion: number;

  @Column(DataType.INTEGER)
  declare memberCount: number;

  /**
   * Changes when a member joins or leaves or a role changes; in a direct chat, when one user blocks or unblocks the
   * other.
   */
  @Column(DataType.BIGINT)
  declare membersVersion: number;

  /** When a group's members last changed; null in direct chats. */
  @Column(DataType.DATE)
  declare membersChangedAt: Date | null;

  /** Counts messages, without gaps, in commit order. */
  @Column(DataType.BIGINT)
  declare lastSeq: number;

  /** The messages up to this seq were removed by retention. */
  @Column(DataType.BIGINT)
  declare purgedSeq: number;

  /** Days for which messages are kept; null: as long as the server keeps them. */
  @Column(DataType.INTEGER)
  declare retentionDays: number | null;

  /** Counts changes, without gaps, in commit order. */
  @Column(DataType.BIGINT)
  declare version: number;

  /** Direct chats: how many messages user 1 and user 2 have sent. */
  @Column(DataType.BIGINT)
  declare user1Sent: number;

  @Column(DataType.BIGINT)
  declare user2Sent: number;

  /** How many notes of the server about changes it has: they count as unread for nobody. */
  @Column(DataType.BIGINT)
  declare noteCount: number;

  /** Direct chats: whether user 1 blocks user 2, and user 2 blocks user 1. */
  @Column(DataType.BOOLEAN)
  declare user1Blocks: boolean;

  @Column(DataType.BOOLEAN)
  declare user2Blocks: boolean;

  /** Direct chats: when that last changed; null: not yet. */
  @Column(DataType.DATE(3))
  declare blocksChangedAt: Date | null;

  /** Direct chats: one of the two users is deactivated, so nobody can send. */
  @Column(DataType.BOOLEAN)
  declare closed: boolean;

  /** Who created a group, and with which key: a retry with the same key finds it. */
  @Column(DataType.TEXT)
  declare creationKey: string | null;

  @Column(DataType.DATE(3))
  declare lastActivityAt: Date;

  @CreatedAt
  declare createdAt: Date;

  @BelongsTo(() => User, 'user1Id')
  declare user1?: Rel<User>;

  @BelongsTo(() => User, 'user2Id')
  declare user2?: Rel<User>;

  @HasMany(() => ChatMember, 'chatId')
  declare members?: Rel<ChatMember>[];

  @HasMany(() => Message, 'chatId')
  declare messages?: Rel<Message>[];
}

/** SQL: whether a user of the direct chat has written in it. */
export const hasWritten = (chat: string, userId: string) =>
  `CASE ${userId} WHEN ${chat}."user1Id" THEN ${chat}."user1Sent" ELSE ${chat}."user2Sent" END > 0`;

/** The columns that views of a chat show. */
export const chatColumns = columnsOf(
  Chat,
  'id',
  'type',
  'user1Id',
  'user2Id',
  'externalId',
  'title',
  'avatarUrl',
  'metadata',
  'historyVisible',
  'visibility',
  'sending',
  'slowModeSeconds',
  'addMembers',
  'memberCount',
  'membersVersion',
  'lastSeq',
  'purgedSeq',
  'retentionDays',
  'version',
  'lastActivityAt',
  'createdAt',
);

export type ChatRow = RowOf<typeof chatColumns>;

export type ChatCells = CellsOf<typeof chatColumns>;

export const chatRow = ([
  id,
  type,
  user1Id,
  user2Id,
  externalId,
  title,
  avatarUrl,
  metadata,
  historyVisible,
  visibility,
  sending,
  slowModeSeconds,
  addMembers,
  memberCount,
  membersVersion,
  lastSeq,
  purgedSeq,
  retentionDays,
  version,
  lastActivityAt,
  createdAt,
]: ChatCells): ChatRow => ({
  id,
  type,
  user1Id,
  user2Id,
  externalId,
  title,
  avatarUrl,
  metadata,
  historyVisible,
  visibility,
  sending,
  slowModeSeconds,
  addMembers,
  memberCount,
  membersVersion,
  lastSeq,
  purgedSeq,
  retentionDays,
  version,
  lastActivityAt,
  createdAt,
});
