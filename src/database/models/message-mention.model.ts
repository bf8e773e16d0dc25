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

  /**
   * The version of the chat at which they were mentioned: of everybody, as who joined later is not, and of all who are
   * mentioned by an edit. null: by the message as it was sent.
   */
  @Column(DataType.BIGINT)
  declare version: number | null;
}
