import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A mention of a user in a group message. */
@Table({ tableName: 'message_mentions', timestamps: false })
export class MessageMention extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** The message's seq. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare seq: number;
}
