import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { NotificationKind } from '../../contract/index.js';

/** An entry of somebody's inbox. */
@Table({ tableName: 'notifications', timestamps: false })
export class Notification extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  /** Whose inbox it is in. */
  @Column(DataType.BIGINT)
  declare userId: number;

  @Column(DataType.BIGINT)
  declare chatId: number;

  @Column(DataType.BIGINT)
  declare messageId: number | null;

  /** Who has done it; null: the application. */
  @Column(DataType.BIGINT)
  declare actorId: number | null;

  /** What it is about, once: of `added` the version of the chat, of the others the message. */
  @Column(DataType.BIGINT)
  declare about: number;

  @Column(DataType.DATE(3))
  declare at: Date;

  @Column(DataType.DATE(3))
  declare seenAt: Date | null;

  @Column(DataType.TEXT)
  declare kind: NotificationKind;
}
