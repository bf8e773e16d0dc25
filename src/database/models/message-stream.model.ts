import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A message that is being written while others read it. */
@Table({ tableName: 'message_streams', timestamps: false })
export class MessageStream extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** The clientId of the message. */
  @Column({ type: DataType.TEXT, primaryKey: true })
  declare key: string;

  /** null: the message is about to be sent. */
  @Column(DataType.BIGINT)
  declare messageId: number | null;

  @Column(DataType.BIGINT)
  declare chatId: number | null;

  /** UTF-16 code units. */
  @Column(DataType.INTEGER)
  declare length: number;

  @Column(DataType.DATE(3))
  declare startedAt: Date;

  /** Any node ends it after that. */
  @Column(DataType.DATE(3))
  declare endsAt: Date;
}
