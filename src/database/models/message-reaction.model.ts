import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** One reaction of one user. Views show the summary in the message’s row. */
@Table({ tableName: 'message_reactions', timestamps: false })
export class MessageReaction extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare messageId: number;

  @Column({ type: DataType.TEXT, primaryKey: true })
  declare emoji: string;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.DATE(6))
  declare createdAt: Date;
}
