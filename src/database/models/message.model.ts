import { BelongsTo, Column, CreatedAt, DataType, Model, Table } from 'sequelize-typescript';
import type { ReactionView } from '../../contract/index.js';
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
