import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** The content of a message before an edit. */
@Table({ tableName: 'message_edits', timestamps: false })
export class MessageEdit extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare messageId: number;

  /** From 1, oldest first. */
  @Column({ type: DataType.INTEGER, primaryKey: true })
  declare nr: number;

  @Column(DataType.TEXT)
  declare content: string;

  @Column(DataType.DATE(3))
  declare at: Date;
}
