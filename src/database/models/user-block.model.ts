import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** `userId` blocks `blockedId`. */
@Table({ tableName: 'user_blocks', updatedAt: false })
export class UserBlock extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare blockedId: number;

  @Column(DataType.DATE(3))
  declare createdAt: Date;
}
