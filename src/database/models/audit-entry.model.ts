import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { AuditAction } from '../../contract/index.js';

/** Something that the application or an admin did to a user or in a chat. It outlives both. */
@Table({ tableName: 'audit_entries', timestamps: false })
export class AuditEntry extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.DATE(3))
  declare at: Date;

  /** null: the application. */
  @Column(DataType.BIGINT)
  declare actorId: number | null;

  @Column(DataType.TEXT)
  declare action: AuditAction;

  @Column(DataType.BIGINT)
  declare userId: number | null;

  @Column(DataType.BIGINT)
  declare chatId: number | null;

  @Column(DataType.JSONB)
  declare details: Record<string, unknown>;
}
