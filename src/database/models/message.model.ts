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

  /** Whether the message has changed since it was sent. */
  @Column(DataType.BOOLEAN)
  declare revised: boolean;

  /** Reactions as views show them; null: none. */
  @Column(DataType.JSONB)
  declare reactions: ReactionView[] | null;

  /** Whether it counts as unread for nobody: a note of the server about a change, or a deleted message. */
  @Column(DataType.BOOLEAN)
  declare quiet: boolean;

  /** md5 of the body as sent, where it is another one by now: it identifies a retry of the send. */
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

/** The columns that a sender sets; null where left out. New columns must be nullable. */
export const bodyColumns = columnsOf(Message, 'content', 'replyToId', 'metadata');

export type MessageBody = RowOf<typeof bodyColumns>;

/** The columns that views of a message show. */
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
