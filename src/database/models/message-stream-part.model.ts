import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** What was written of a streamed message, from `start` on. */
@Table({ tableName: 'message_stream_parts', timestamps: false })
export class MessageStreamPart extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare messageId: number;

  /** UTF-16 code units. */
  @Column({ type: DataType.INTEGER, primaryKey: true })
  declare start: number;

  @Column(DataType.TEXT)
  declare text: string;
}
