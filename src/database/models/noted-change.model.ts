import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A change of a chat other than a sent message, for those who read the log of changes. Written by `note_change`. */
@Table({ tableName: 'outbox', timestamps: false })
export class NotedChange extends Model {
  /** The newest id of a message when it was noted. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare afterMessageId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare chatId: number;

  @Column(DataType.BIGINT)
  declare version: number;

  /** The name of the event. */
  @Column(DataType.TEXT)
  declare kind: string;

  @Column(DataType.BIGINT)
  declare messageId: number | null;

  /** Of events about members: what they say. */
  @Column(DataType.JSONB)
  declare details: Record<string, unknown> | null;

  @Column(DataType.DATE(3))
  declare at: Date;
}
