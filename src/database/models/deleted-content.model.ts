import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { ReportView } from '../../contract/index.js';

/** What a message said that its sender has deleted for everyone, as long as it can be reported. */
@Table({ tableName: 'deleted_contents', timestamps: false })
export class DeletedContent extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare messageId: number;

  @Column(DataType.DATE(3))
  declare at: Date;

  @Column(DataType.TEXT)
  declare content: string;

  @Column(DataType.JSONB)
  declare metadata: Record<string, unknown> | null;

  /** Earlier contents of the message, oldest first. */
  @Column(DataType.JSONB)
  declare edits: NonNullable<ReportView['message']>['edits'];
}
