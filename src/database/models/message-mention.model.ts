import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A mention of a user in a message, or of everybody. */
@Table({ tableName: 'message_mentions', timestamps: false })
export class MessageMention extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  /** 0: everybody. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** The message's seq. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare seq: number;

  /** Of a mention of everybody: who sent the message. It is not counted for them. */
  @Column(DataType.BIGINT)
  declare senderId: number | null;

  /** Of a mention of everybody: the version of the chat at which they were mentioned. Who joined later is not. */
  @Column(DataType.BIGINT)
  declare version: number | null;
}
