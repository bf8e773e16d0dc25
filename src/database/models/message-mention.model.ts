import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Somebody is mentioned by a message of a group. */
@Table({ tableName: 'message_mentions', timestamps: false })
export class MessageMention extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** Of the message. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare seq: number;
}
