import { Column, CreatedAt, DataType, Model, Table, UpdatedAt } from 'sequelize-typescript';
import type { ReportView } from '../../contract/index.js';

/**
 * A report of a message, a user or a chat, with what it was when it was reported. It outlives them. The columns of a message
 * are those of one that is reported; for other kinds they say nothing.
 */
@Table({ tableName: 'message_reports' })
export class MessageReport extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.TEXT)
  declare kind: ReportView['kind'];

  @Column(DataType.BIGINT)
  declare messageId: number | null;

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

  /** The chat that is reported, or that of the message. */
  @Column(DataType.BIGINT)
  declare chatId: number | null;

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
  declare edits: NonNullable<ReportView['message']>['edits'];

  @Column(DataType.DATE(3))
  declare sentAt: Date;

  @Column(DataType.DATE(3))
  declare editedAt: Date | null;

  /** When its sender had deleted it; null: it was there when it was reported. */
  @Column(DataType.DATE(3))
  declare deletedAt: Date | null;

  /** The user who is reported. */
  @Column(DataType.BIGINT)
  declare reportedUserId: number | null;

  /** What the reported user or chat showed of itself. */
  @Column(DataType.JSONB)
  declare shown: ReportView['user'] | ReportView['chat'];

  /** Of the application, about the report. */
  @Column(DataType.TEXT)
  declare note: string | null;

  /** Who of the application's people worked it off. */
  @Column(DataType.TEXT)
  declare handledBy: string | null;
}
