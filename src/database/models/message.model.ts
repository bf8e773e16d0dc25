import { BelongsTo, Column, CreatedAt, DataType, Model, Table } from 'sequelize-typescript';
import type { ReactionView } from '../../contract/index.js';
import { type CellsOf, columnsOf, type RowOf } from '../columns.js';
import { Chat } from './chat.model.js';
import type { Rel } from './rel.js';
import { User } from './user.model.js';

/** A message. Written by statements only, never through this model. */
@Table({ tableName: 'messages', updatedAt: false })
export class Message extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare chatId: number;

  /** Position in the chat, without gaps. */
  @Column(DataType.BIGINT)
  declare seq: number;

  /** The version of the chat at which this message last changed. */
  @Column(DataType.BIGINT)
  declare version: number;

  /** `system`: about a change of the chat. */
  @Column(DataType.TEXT)
  declare type: 'text' | 'system';

  @Column(DataType.BIGINT)
  declare senderId: number | null;

  /** The sender's key that makes a retry harmless. */
  @Column(DataType.TEXT)
  declare clientId: string | null;

  @Column(DataType.TEXT)
  declare content: string;

  @Column(DataType.BIGINT)
  declare replyToId: number | null;

  @Column(DataType.JSONB)
  declare metadata: Record<string, unknown> | null;

  /** Whether it has changed since it was sent. */
  @Column(DataType.BOOLEAN)
  declare revised: boolean;

  /** Reactions as views show them; null: there are none. */
  @Column(DataType.JSONB)
  declare reactions: ReactionView[] | null;

  /** md5 of what it said when it was sent, from its first change on: a retry of the send is told by it. */
  @Column(DataType.TEXT)
  declare originalHash: string | null;

  @CreatedAt
  declare createdAt: Date;

  @Column(DataType.DATE(3))
  declare editedAt: Date | null;

  @Column(DataType.DATE(3))
  declare deletedAt: Date | null;

  @BelongsTo(() => Chat, 'chatId')
  declare chat?: Rel<Chat>;

  @BelongsTo(() => User, 'senderId')
  declare sender?: Rel<User>;
}

/** What a sender gives of a message, null where it is left out. Columns that are added may be null. */
export const bodyColumns = columnsOf(Message, 'content', 'replyToId', 'metadata');

export type MessageBody = RowOf<typeof bodyColumns>;

/** What is shown of a message. */
export const messageColumns = columnsOf(
  Message,
  'id',
  'seq',
  'version',
  'type',
  'senderId',
  'clientId',
  'content',
  'replyToId',
  'metadata',
  'reactions',
  'createdAt',
  'editedAt',
  'deletedAt',
);

/** A message as statements select it, and whether a member other than its sender has seen it. */
export type MessageRow = RowOf<typeof messageColumns> & { seen: boolean };

/** The columns, and `seen` after them. */
export type MessageCells = [...CellsOf<typeof messageColumns>, seen: boolean];

export const messageRow = ([
  id,
  seq,
  version,
  type,
  senderId,
  clientId,
  content,
  replyToId,
  metadata,
  reactions,
  createdAt,
  editedAt,
  deletedAt,
  seen,
]: MessageCells): MessageRow => ({
  id,
  seq,
  version,
  type,
  senderId,
  clientId,
  content,
  replyToId,
  metadata,
  reactions,
  createdAt,
  editedAt,
  deletedAt,
  seen,
});
