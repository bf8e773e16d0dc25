import { Column, CreatedAt, DataType, Model, Table, UpdatedAt } from 'sequelize-typescript';
import type { ReportView } from '../../contract/index.js';

/** A reported message, as it was when it was reported. It outlives the message and its chat. */
@Table({ tableName: 'message_reports' })
export class MessageReport extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare messageId: number;

  @Column(DataType.BIGINT)
  declare reporterId: number;

  @Column(DataType.TEXT)
  declare reason: string | null;

  @Column(DataType.TEXT)
  declare status: ReportView['status'];

  @CreatedAt
  declare createdAt: Date;

  @UpdatedAt
  declare updatedAt: Date;

  @Column(DataType.BIGINT)
  declare chatId: number;

  @Column(DataType.BIGINT)
  declare seq: number;

  @Column(DataType.BIGINT)
  declare senderId: number | null;

  @Column(DataType.TEXT)
  declare content: string;

  @Column(DataType.JSONB)
  declare metadata: Record<string, unknown> | null;

  @Column(DataType.BIGINT)
  declare replyToId: number | null;

  /** Earlier contents of the message, oldest first. */
  @Column(DataType.JSONB)
  declare edits: ReportView['message']['edits'];

  @Column(DataType.DATE(3))
  declare sentAt: Date;

  @Column(DataType.DATE(3))
  declare editedAt: Date | null;

  /** When its sender had deleted it; null: it was there when it was reported. */
  @Column(DataType.DATE(3))
  declare deletedAt: Date | null;
}
