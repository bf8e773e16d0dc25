import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A message that a user deleted for themselves. */
@Table({ tableName: 'hidden_messages', timestamps: false })
export class HiddenMessage extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare messageId: number;

  @Column(DataType.BIGINT)
  declare chatId: number;

  @Column(DataType.DATE(3))
  declare at: Date;
}
