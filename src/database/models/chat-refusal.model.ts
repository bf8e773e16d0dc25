import { Column, DataType, Model, Table } from 'sequelize-typescript';

/**
 * A user who left a group themselves, or declined an invitation to it: others can only invite them again, not add them.
 */
@Table({ tableName: 'chat_refusals', timestamps: false })
export class ChatRefusal extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.BOOLEAN)
  declare hasLeft: boolean;

  @Column(DataType.DATE(3))
  declare declinedAt: Date | null;
}
